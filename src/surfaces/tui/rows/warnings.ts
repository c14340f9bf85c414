import type { Snapshot, Warning } from '../../../monitor/snapshot.ts';
import { named, say, type View } from '../figures.ts';
import { clip, type Line, span, type Tone } from '../spans.ts';

/** Open episodes, worst first as the engine gives them, without those a person muted; what the engine holds back comes first. */
export function allWarnings(snapshot: Snapshot, muted: ReadonlySet<string> = NO_MUTES): readonly Warning[] {
  const { notice, ledgerFault = null } = snapshot.ingest;
  const open = muted.size === 0 ? snapshot.warnings : snapshot.warnings.filter(({ key }) => !muted.has(key));
  // A fault of the ledger is an open episode itself.
  return notice === null || notice === ledgerFault ? open : [{ ...HELD_BACK, since: snapshot.takenAt, text: notice }, ...open];
}

const NO_MUTES: ReadonlySet<string> = new Set();
const HELD_BACK = { level: 'warning', severity: 'warn', rule: 'ledger', key: 'held-back', sessionId: null, project: null } as const;

const SIGN: Readonly<Record<Warning['severity'], { readonly sign: string; readonly tone?: Tone }>> = {
  crit: { sign: '!', tone: 'error' },
  warn: { sign: '!', tone: 'attention' },
  info: { sign: 'i' },
};

function warningLine(view: View, warning: Warning, width: number): Line {
  const { sign, tone } = SIGN[warning.severity];
  return clip([span(` ${sign} `, tone), span(named(view, warning.text))], width);
}

/** `rows` warnings from `offset` on (LV-56). */
export function warningRows(view: View, warnings: readonly Warning[], rows: number, width: number, offset = 0): readonly Line[] {
  return warnings.slice(offset, offset + rows).map((warning) => warningLine(view, warning, width));
}

/** One or more of them in one line: ` ! 5 warnings: the worst one`. */
export function foldedWarnings(view: View, warnings: readonly Warning[], width: number): Line {
  const worst = warnings[0]!;
  if (warnings.length === 1) return warningLine(view, worst, width);
  const { sign, tone } = SIGN[worst.severity];
  return clip([span(` ${sign} `, tone), span(say(view, `${warnings.length} warnings: ${named(view, worst.text)}`))], width);
}
