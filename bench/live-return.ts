import type { BenchTerminal } from './live-terminal.ts';

const ESC = '\u001b';
const MOST_STEPS = 40;
const PATIENCE_MS = 5000;

type Rows = readonly string[];

/** The figures of the day in full, below the title of the window that is open now. */
export const showsFigures = (rows: Rows): boolean =>
  rows.some((row) => /COMBINED USAGE · this \d+-hour window/.test(row)) &&
  rows.some((row) => /^ Total cost .* today/.test(row)) &&
  rows.some((row) => /^ Tokens /.test(row));

/** What may stand between a picture of 120 columns and 40 rows and the figures, outermost first, and the key that takes it away. */
const STEPS: readonly { readonly seen: (rows: Rows) => boolean; readonly key: string }[] = [
  // An input line, a menu, help.
  { seen: (rows) => rows.some((row) => /^ (?:filter|name|tags|note): |^── (?:SORT BY|SAVED FILTERS|HELP)/.test(row)), key: ESC },
  // Details, requests, a subagent, history, a former window: Esc leads back to the list, which is of this window.
  { seen: (rows) => rows.some((row) => row.startsWith(' sessions › ')), key: ESC },
  { seen: ([header = '']) => header.includes('FROZEN'), key: 'f' },
  { seen: ([header = '']) => header.includes(' · filter '), key: ESC },
  // The compact layout has shorter titles, and a line for all of it.
  { seen: (rows) => rows.some((row) => /^── (?:ACTIVE SESSIONS: \d+ of \d+|COMBINED · )/.test(row)), key: 'c' },
  // The list leaves combined usage a line; alone on the screen it has all.
  { seen: (rows) => !showsFigures(rows), key: '2z' },
];

/** Leads from wherever random keys have led back to the figures of this window; a step is taken only where the picture shows that it is needed. */
export async function returnToFigures(view: BenchTerminal): Promise<void> {
  for (let taken = 0; taken < MOST_STEPS; taken++) {
    const step = STEPS.find(({ seen }) => seen(view.rows));
    if (step === undefined) return;
    const before = view.rows.join('\n');
    view.type(step.key);
    // The next key follows when this one shows: Escape stands alone, or what follows would be one sequence with it.
    const shows = (rows: Rows) => !step.seen(rows) || (step.key === ESC && rows.join('\n') !== before);
    await view.until(shows, PATIENCE_MS).catch(() => undefined);
  }
}
