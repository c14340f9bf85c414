import { closeSync, constants, openSync, readSync } from 'node:fs';

/* How busy this machine is. */

/** The module costs a third of a millisecond when it is first loaded: the hot paths do without where they can. */
const os = () => process.getBuiltinModule('node:os');

/** The one-minute load average; 0 where the system has none. */
export function machineLoad(): number {
  const average = process.platform === 'linux' ? averageOf(readLoad()) : Number.NaN;
  return Number.isNaN(average) ? (os().loadavg()[0] ?? 0) : average;
}

/** Processors that this process may use. */
export const processors = (): number => os().availableParallelism();

/** The first word of `/proc/loadavg`, `0.52 0.58 0.59 1/467 30121`; NaN for anything else. */
function averageOf(text: string): number {
  const end = text.indexOf(' ');
  return end < 1 ? Number.NaN : Number(text.slice(0, end));
}

function readLoad(): string {
  try {
    const fd = openSync('/proc/loadavg', constants.O_RDONLY);
    const bytes = Buffer.allocUnsafe(64);
    const length = readSync(fd, bytes, 0, 64, null);
    closeSync(fd);
    return bytes.toString('latin1', 0, length);
  } catch {
    return '';
  }
}
