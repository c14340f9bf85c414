import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/*
 * V8 lets a heap grow to some hundred MB before it looks for what is unused, and keeps the memory then: reading 120 MB of transcripts left a program of 75 MB at
 * 200 for as long as it ran. Only the strongest of its collections gives memory back; it takes 30 to 60 ms, so it is for after a rise (LV-113).
 */

/** Beyond the lowest level since the last collection so much is left to V8. Bytes. */
const ROOM_BYTES = 40 * 1024 * 1024;
const LOOK_MS = 5000;
/** Where the rest is in use, collecting again at once would win nothing. */
const PAUSE_MS = 10_000;

type Collect = (options: { readonly type: 'major'; readonly execution: 'sync'; readonly flavor: 'last-resort' }) => void;

/** What tells of the process, and collects. */
export interface HeapTools {
  /** Resident bytes of the process. */
  readonly resident: () => number;
  readonly collect: () => void;
  /** Ms from any start. */
  readonly monotonic: () => number;
}

/** Whether to collect, look by look. */
export class UnusedHeap {
  private lowest: number;
  private collectedAt = Number.NEGATIVE_INFINITY;
  private readonly tools: HeapTools;

  constructor(tools: HeapTools) {
    this.tools = tools;
    this.lowest = tools.resident();
  }

  look(): void {
    const { resident, collect, monotonic } = this.tools;
    const bytes = resident();
    this.lowest = Math.min(this.lowest, bytes);
    if (bytes - this.lowest < ROOM_BYTES || monotonic() - this.collectedAt < PAUSE_MS) return;
    collect();
    this.collectedAt = monotonic();
    // What stayed is in use.
    this.lowest = resident();
  }
}

/** Gives memory back that was needed for a moment, in a program that runs for hours. */
export function returnUnusedHeap(): void {
  let gc: Collect | null = null;
  const heap = new UnusedHeap({
    resident: () => process.memoryUsage.rss(),
    monotonic: () => performance.now(),
    collect: () => {
      gc ??= collector();
      gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    },
  });
  setInterval(() => heap.look(), LOOK_MS).unref();
}

/** V8's own function, which a flag adds to contexts made after it was set. */
function collector(): Collect {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  return gc;
}
