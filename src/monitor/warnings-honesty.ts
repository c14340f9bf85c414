import { tokensFull } from '../text/format.ts';
import { plain } from '../text/plain.ts';
import type { Snapshot, WarningRule } from './snapshot.ts';
import type { UsageSlot } from './usage-slot.ts';
import type { Condition, WarningSeverity } from './warning-episodes.ts';

/* What the figures do not hold, each with the command that mends it (LV-97). */

export type HonestyFigures = Pick<Snapshot, 'takenAt' | 'models' | 'combined' | 'ingest'>;

export interface ReadingState {
  /** Of the sessions shown. */
  readonly slots: readonly UsageSlot[];
  /** Lines of the last hour, how many of them could not be read; since when an appended line waits to be counted, epoch ms. */
  readonly health: { readonly lines: number; readonly rejected: number; readonly behindSince: number | null };
}

const MINUTE_MS = 60_000;
const UNPRICED_TOKENS = 10_000;
const REJECTED_LINES = 10;
const REJECTED_PART = 0.001;
const STALE_FOR_MS = MINUTE_MS;
const STALE_KEEP_MS = 5 * MINUTE_MS;
const MAX_MODEL = 80;
const MAX_FAULT = 300;

function condition(rule: WarningRule, severity: WarningSeverity, key: string, text: string, more: Partial<Condition> = {}): Condition {
  const warning = { rule, severity, key, sessionId: null, project: null, text };
  return { warning, holds: true, since: null, forMs: 0, keepMs: 0, ...more };
}

/** Tokens of the windows shown that have no price. */
function unpricedConditions({ models, combined }: HonestyFigures, slots: readonly UsageSlot[]): Condition[] {
  if (combined.cost !== null && !combined.costIsLowerBound) return [];
  const unpriced = new Map<string, number>();
  for (const slot of slots)
    for (const [model, tally] of slot.models) unpriced.set(model, (unpriced.get(model) ?? 0) + tally.unpricedTokens);
  return models.flatMap(({ model }) => {
    const tokens = unpriced.get(model) ?? 0;
    if (tokens <= UNPRICED_TOKENS) return [];
    const text = `Model '${plain(model, MAX_MODEL)}' has no price: ${tokensFull(tokens)} tokens are not in the cost — tidemark config set pricing.overrides`;
    return [condition('unpriced', 'warn', `unpriced:${model}`, text)];
  });
}

/** Lines that cannot be read, and lines that are not counted a minute after they were written. */
function staleConditions(now: number, { lines, rejected, behindSince }: ReadingState['health']): Condition[] {
  const conditions: Condition[] = [];
  const keep = { keepMs: STALE_KEEP_MS };
  if (rejected >= REJECTED_LINES || (rejected > 0 && rejected > lines * REJECTED_PART)) {
    const text = `${tokensFull(rejected)} lines of the last hour cannot be read — tidemark ledger stats`;
    conditions.push(condition('data-stale', 'warn', 'data-stale:lines', text, { ...keep, forMs: STALE_FOR_MS }));
  }
  // How long it holds is what it says: it need not hold again.
  if (behindSince !== null && now - behindSince > STALE_FOR_MS) {
    const text = 'What was written in the last minute is not counted yet — tidemark ledger verify';
    conditions.push(condition('data-stale', 'warn', 'data-stale:behind', text, keep));
  }
  return conditions;
}

/** The disk is full, or the ledger is damaged. */
function ledgerConditions({ ingest: { ledgerFault } }: HonestyFigures): Condition[] {
  if (ledgerFault == null) return [];
  return [condition('ledger', 'crit', 'ledger', `${plain(ledgerFault, MAX_FAULT).replace(/\.$/, '')} — tidemark doctor`)];
}

export function honestyConditions(figures: HonestyFigures, { slots, health }: ReadingState): Condition[] {
  return [...unpricedConditions(figures, slots), ...staleConditions(figures.takenAt, health), ...ledgerConditions(figures)];
}
