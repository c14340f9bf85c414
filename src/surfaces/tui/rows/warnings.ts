import type { Snapshot, Warning } from '../../../monitor/snapshot.ts';
import { named, say, type View } from '../figures.ts';
import { clip, type Line, span, type Tone } from '../spans.ts';

/** Warnings before notes, otherwise in the engine's order; what the engine holds back comes first. */
export function allWarnings(snapshot: Snapshot): readonly Warning[] {
  const notice: readonly Warning[] = snapshot.ingest.notice === null ? [] : [{ level: 'warning', text: snapshot.ingest.notice }];
  const of = (level: Warning['level']) => snapshot.warnings.filter((warning) => warning.level === level);
  return [...notice, ...of('warning'), ...of('info')];
}

const SIGN: Readonly<Record<Warning['level'], { readonly sign: string; readonly tone?: Tone }>> = {
  warning: { sign: '!', tone: 'attention' },
  info: { sign: 'i' },
};

function warningLine(view: View, warning: Warning, width: number): Line {
  const { sign, tone } = SIGN[warning.level];
  return clip([span(` ${sign} `, tone), span(named(view, warning.text))], width);
}

/** The worst `rows` warnings (LV-56). */
export function warningRows(view: View, snapshot: Snapshot, rows: number, width: number): readonly Line[] {
  return allWarnings(snapshot)
    .slice(0, rows)
    .map((warning) => warningLine(view, warning, width));
}

/** All of them in one line: ` ! 5 warnings: the worst one`. */
export function foldedWarnings(view: View, snapshot: Snapshot, width: number): Line {
  const [worst, ...others] = allWarnings(snapshot);
  if (worst === undefined) return [];
  if (others.length === 0) return warningLine(view, worst, width);
  const { sign, tone } = SIGN[worst.level];
  return clip([span(` ${sign} `, tone), span(say(view, `${others.length + 1} warnings: ${named(view, worst.text)}`))], width);
}
