import { machineLoad, processors } from '../platform/machine.ts';
import type { Load } from './status-file.ts';

/** What counts as fine, per load setting (session-state §2.1). */
export interface LoadRules {
  readonly profile: string;
  /** One-minute load below which the machine is fine; null = its number of processors. */
  readonly ok: number | null;
}

/** `known` = the number of processors where somebody has asked lately. */
export function currentLoad(rules: LoadRules, known?: number): { readonly load: Load; readonly known: boolean } {
  return { load: loadOf(machineLoad(), rules.ok ?? known ?? processors(), rules.profile), known: process.platform !== 'win32' };
}

export function loadOf(average: number, ok: number, profile: string): Load {
  const status = average < ok ? 'OK' : average < 1.5 * ok ? 'CAUTION' : 'HIGH_LOAD';
  return { profile, status, load_avg: Math.round(average * 100) / 100 };
}
