import { availableParallelism, loadavg } from 'node:os';
import type { Load } from './status-file.ts';

/** What counts as fine, per load setting (session-state §2.1). */
export interface LoadRules {
  readonly profile: string;
  /** One-minute load below which the machine is fine; null = its number of processors. */
  readonly ok: number | null;
}

export function currentLoad(rules: LoadRules): { readonly load: Load; readonly known: boolean } {
  return { load: loadOf(loadavg()[0] ?? 0, rules.ok ?? availableParallelism(), rules.profile), known: process.platform !== 'win32' };
}

export function loadOf(average: number, ok: number, profile: string): Load {
  const status = average < ok ? 'OK' : average < 1.5 * ok ? 'CAUTION' : 'HIGH_LOAD';
  return { profile, status, load_avg: Math.round(average * 100) / 100 };
}
