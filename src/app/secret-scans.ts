import { healthDir } from '../accounts/publish.ts';
import { readScan, type ScanState, scanTranscript, secretTypes } from '../accounts/secret-scan.ts';

/** Bytes of one pass over all transcripts, and the most that one look at a transcript reads: the live state waits for it (BG-4). */
const MAX_BYTES = 4 * 1024 * 1024;

/** A session as far as it is scanned; null = its transcript is not found. */
export interface ScannedSession {
  readonly id: string;
  readonly evidence: { readonly configDir: string };
  readonly transcript: { readonly path: string; readonly sizeBytes: number } | null;
}

/** Looks for secrets in what transcripts have grown, after a person asked for it (`alerts.secrets: on`, SH-7): kinds and counts only. */
export class SecretScans {
  /** By session: how far it was scanned, and the size that was seen whole; -1 = there is more. */
  private readonly known = new Map<string, { state: ScanState; size: number }>();

  /** The kinds found in each session, null where nothing was scanned yet; longest unscanned first, a busy machine later. `now`: epoch ms. */
  pass(sessions: readonly ScannedSession[], now: number, isBusy: boolean): ReadonlyMap<string, readonly string[] | null> {
    let bytes = 0;
    const inTurn = [...sessions].sort((a, b) => this.of(a).state.lastChecked - this.of(b).state.lastChecked);
    for (const session of inTurn) {
      if (isBusy || bytes >= MAX_BYTES) break;
      bytes += this.scan(session, now);
    }
    return new Map(sessions.map((session) => [session.id, typesOf(this.of(session).state)]));
  }

  private of({ id, evidence }: ScannedSession): { readonly state: ScanState; readonly size: number } {
    let known = this.known.get(id);
    if (known === undefined) {
      known = { state: readScan(healthDir(evidence.configDir), id), size: -1 };
      this.known.set(id, known);
    }
    return known;
  }

  /** Returns the bytes that were read. */
  private scan(session: ScannedSession, now: number): number {
    const { id, evidence, transcript } = session;
    const { state: before, size: seen } = this.of(session);
    if (transcript === null || transcript.sizeBytes === seen) return 0;
    const state = scanTranscript(healthDir(evidence.configDir), id, transcript.path, now);
    const from = state.inode === before.inode && before.offset <= state.offset ? before.offset : 0;
    // What is left of a transcript that was read to its end is a line that is being written.
    const isWhole = state.offset >= transcript.sizeBytes || transcript.sizeBytes - from <= MAX_BYTES;
    this.known.set(id, { state, size: isWhole ? transcript.sizeBytes : -1 });
    return Math.min(MAX_BYTES, transcript.sizeBytes - from);
  }
}

const typesOf = (state: ScanState): readonly string[] | null => (state.lastChecked === 0 ? null : secretTypes(state));
