import type { OfficialSample } from '../sessions/captures.ts';
import { acceptSample, officialWindows, type Window, type WindowKind, type WindowSample } from '../usage/window.ts';
import type { AccountQuota } from './live-input.ts';

/** How long a statement is remembered: the longest window it can be of. ms. */
const REMEMBER_MS = 8 * 86_400_000;
const MAX_SAMPLES = 5000;

/** The account that a session's statements belong to, and its name for people. */
export interface AccountName {
  readonly account: string;
  readonly label: string;
}

/** A statement with whose it is. Percent; epoch ms. */
export interface KeptSample extends WindowSample {
  readonly account: string;
  readonly label: string;
  readonly kind: WindowKind;
}

interface Remembered {
  label: string;
  readonly fiveHour: Map<string, WindowSample>;
  readonly weekly: Map<string, WindowSample>;
}

/** What the server has said about each account's quota (D-20, D-25), remembered: a capture holds the newest statement only. */
export class OfficialQuota {
  private readonly accounts = new Map<string, Remembered>();
  /** Rises with each new statement. */
  revision = 0;

  /** `kept`: what an earlier run of the program remembered. */
  constructor(kept: readonly KeptSample[] = []) {
    for (const { account, label, kind, used, resetsAt, seenAt } of kept) {
      const { fiveHour, weekly } = this.of(account, label);
      (kind === 'five-hour' ? fiveHour : weekly).set(`${used}:${resetsAt}:${seenAt}`, { used, resetsAt, seenAt });
    }
  }

  /** Everything remembered, oldest first. */
  samples(): readonly KeptSample[] {
    const all = [...this.accounts].flatMap(([account, { label, fiveHour, weekly }]) =>
      [['five-hour', fiveHour] as const, ['weekly', weekly] as const].flatMap(([kind, map]) =>
        [...map.values()].map(({ used, resetsAt, seenAt }) => ({ account, label, kind, used, resetsAt, seenAt })),
      ),
    );
    return all.sort((a, b) => a.seenAt - b.seenAt);
  }

  private of(account: string, label: string): Remembered {
    let known = this.accounts.get(account);
    if (known === undefined) {
      known = { label, fiveHour: new Map(), weekly: new Map() };
      this.accounts.set(account, known);
    }
    known.label = label;
    return known;
  }

  /** Takes the statements there are now. True when any of them was new. */
  learn(samples: readonly OfficialSample[], accountOf: (sample: OfficialSample) => AccountName, now: number): boolean {
    let changed = false;
    for (const sample of samples) {
      if (sample.name === 'spend_limit') continue;
      const { account, label } = accountOf(sample);
      const known = this.of(account, label);
      const five = sample.name === 'five_hour';
      const said: WindowSample = { used: sample.usedPercent, resetsAt: sample.resetsAt, seenAt: sample.at };
      const into = five ? known.fiveHour : known.weekly;
      const key = `${said.used}:${said.resetsAt}:${said.seenAt}`;
      if (into.has(key) || acceptSample(said, five ? 'five-hour' : 'weekly') === null) continue;
      into.set(key, said);
      changed = true;
    }
    if (changed) this.revision++;
    if (changed) for (const { fiveHour, weekly } of this.accounts.values()) for (const map of [fiveHour, weekly]) forget(map, now);
    return changed;
  }

  /** Statements about 5-hour windows by account. */
  fiveHour(): Map<string, WindowSample[]> {
    return new Map([...this.accounts].map(([account, { fiveHour }]) => [account, [...fiveHour.values()]]));
  }

  /** Weekly window, label and the open window's samples of each account. */
  quotas(openWindow: (account: string) => Window | null): Map<string, AccountQuota> {
    return new Map(
      [...this.accounts].map(([account, { label, fiveHour, weekly }]) => {
        const open = openWindow(account);
        const samples = open === null ? [] : [...fiveHour.values()].filter((s) => Math.abs(s.resetsAt - open.end) <= 60_000);
        return [account, { account, label, weekly: officialWindows(weekly.values(), 'weekly').at(-1) ?? null, samples }];
      }),
    );
  }
}

function forget(samples: Map<string, WindowSample>, now: number): void {
  for (const [key, { seenAt }] of samples) if (now - seenAt > REMEMBER_MS) samples.delete(key);
  // Oldest first: a map keeps the order in which they came.
  for (const key of samples.keys()) {
    if (samples.size <= MAX_SAMPLES) return;
    samples.delete(key);
  }
}
