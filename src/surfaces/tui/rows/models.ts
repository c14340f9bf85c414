import type { Snapshot } from '../../../monitor/snapshot.ts';
import { amount, amountFull, full, known, modelName, money, shareCell, unknown, type View } from '../figures.ts';
import { clip, type Line, padEnd, padStart, span } from '../spans.ts';
import { displayWidth } from '../width.ts';

const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => displayWidth(text)));

/** Models of the window by tokens: name, all tokens, share, cost, sessions. */
export function modelRows(view: View, snapshot: Snapshot, rows: number, width: number): readonly Line[] {
  const roomy = width >= 70;
  const shown = [...snapshot.models].sort((a, b) => b.window.all - a.window.all || (a.model < b.model ? -1 : 1)).slice(0, rows);
  const cells = shown.map((entry) => [
    modelName(view, entry.model),
    roomy ? `${amountFull(view, entry.window)} tokens` : amount(view, entry.window),
    shareCell(view, entry.share),
    money(view, entry.window.cost, entry.window.costIsLowerBound),
    roomy ? `${entry.sessions} session${entry.sessions === 1 ? '' : 's'}` : '',
  ]);
  const widths = [0, 1, 2, 3].map((column) => widest(cells.map((row) => row[column]!)));
  return cells.map(([model, tokens, share, cost, sessions]) => {
    const figures = [padStart(tokens!, widths[1]!), padStart(share!, widths[2]!), padStart(cost!, widths[3]!), sessions];
    return clip([span(` ${padEnd(model!, widths[0]!)}  ${figures.join('  ')}`.trimEnd())], width);
  });
}

/** Tokens by kind (D-3), of the open window and of the local day: the right pane of wide screens. */
export function kindRows(view: View, snapshot: Snapshot, width: number): readonly Line[] {
  const { combined } = snapshot;
  const number = (tokens: number) => (known(view) ? full(view, tokens) : unknown(view));
  const kinds = [
    ['input', combined.tokens.input, combined.today.tokens.input],
    ['output', combined.tokens.output, combined.today.tokens.output],
    ['cache write 5m', combined.tokens.cacheWrite5m, combined.today.tokens.cacheWrite5m],
    ['cache write 1h', combined.tokens.cacheWrite1h, combined.today.tokens.cacheWrite1h],
    ['cache read', combined.tokens.cacheRead, combined.today.tokens.cacheRead],
    ['all', combined.all, combined.today.all],
    ['requests', combined.requests, combined.today.requests],
  ] as const;
  const cells = kinds.map(([kind, window, today]) => [kind, number(window), number(today)] as const);
  const column = Math.max(6, widest(cells.map((row) => row[1])), widest(cells.map((row) => row[2])));
  const heading = clip([span(` ${padEnd('', 14)}  ${padStart('window', column)}  ${padStart('today', column)}`, 'dim')], width);
  return [
    heading,
    ...cells.map(([kind, window, today]) =>
      clip([span(` ${padEnd(kind, 14)}  ${padStart(window, column)}  ${padStart(today, column)}`)], width),
    ),
  ];
}
