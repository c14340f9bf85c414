import { looseNumber, looseObject } from '../platform/loose.ts';

/* What the journal keeps of a stop that a person asked us for (KIL-6): who asked, what was sent, whether it worked. No word of a conversation. */

/** Name of our own line in a journal; no event of the client's has it. */
export const STOP_EVENT = 'TidemarkStop';

const ASKERS = ['tui', 'cli', 'web'] as const;
const SIGNALS = ['INT', 'TERM', 'KILL'] as const;
/** Where it was asked for: live view, command, dashboard. */
export type Asker = (typeof ASKERS)[number];
export type StopSignal = (typeof SIGNALS)[number];

export interface StopNote {
  readonly by: Asker;
  /** In order. */
  readonly sent: readonly StopSignal[];
  /** The client that was signalled. */
  readonly pid: number;
  /** The session ended by it: the process is gone, and it was the only one. */
  readonly ended: boolean;
}

/** What a reader is told of the end of a session that we stopped. */
export type StopTold = Pick<StopNote, 'by' | 'sent'>;

/** Field by field; null for anything that tells neither who asked nor what was sent (LS-23). */
export function readStopTold(value: unknown): StopTold | null {
  const o = looseObject(value);
  const by = ASKERS.find((asker) => asker === o.by);
  if (by === undefined || !Array.isArray(o.sent)) return null;
  const told = o.sent as readonly unknown[];
  return { by, sent: SIGNALS.filter((signal) => told.includes(signal)) };
}

export function readStop(value: unknown): StopNote | null {
  const told = readStopTold(value);
  const o = looseObject(value);
  const pid = looseNumber(o.pid, 1, 2 ** 31);
  return told === null || pid === null ? null : { ...told, pid, ended: o.ended === true };
}
