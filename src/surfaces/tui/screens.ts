import type { RequestPage } from '../../monitor/details.ts';
import { glyphOr, named, percent, say, type View } from './figures.ts';
import { requestLine, subagentLines } from './rows/details/activity.ts';
import { type DetailSource, detailedOf } from './rows/details/detailed.ts';
import { detailRows } from './rows/details.ts';
import { formerWindowRows, HISTORY_PAGES, historyRows, type Listed } from './rows/history.ts';
import { clip, type Line, line, selectedLine, span } from './spans.ts';
import type { Screen } from './ui/state.ts';

/** A screen of its own in place of the list: what stands above, and its lines from which the visible part is cut. */
export interface Drawn {
  readonly path: Line;
  readonly above: readonly Line[];
  readonly lines: readonly Line[];
  /** First line shown. */
  readonly offset: number;
  /** Rows a cursor or scrolling can reach. */
  readonly count: number;
  readonly agentAtCursor: string | null;
}

export interface ScreenSource extends DetailSource {
  readonly view: View;
  readonly width: number;
  /** Lines of body that are visible. */
  readonly rows: number;
}

/** Where a person is, behind the steps that Esc walks back. */
export function pathLine(view: View, steps: readonly string[], last: string): Line {
  const arrow = glyphOr(view, ' › ', ' > ');
  return [span(` ${steps.map((step) => `${say(view, step)}${arrow}`).join('')}`, 'dim'), span(say(view, last), 'strong')];
}

export function drawScreen(source: ScreenSource, screen: Screen): Drawn {
  switch (screen.kind) {
    case 'details':
      return detailsScreen(source, screen);
    case 'requests':
    case 'subagent':
      return requestsScreen(source, screen);
    case 'history':
      return historyScreen(source, screen);
    case 'window':
      return windowScreen(source, screen);
  }
}

function detailsScreen(source: ScreenSource, { id, offset }: Screen & { kind: 'details' }): Drawn {
  const { view, width } = source;
  const known = detailedOf(source, id);
  const name = named(view, known.session?.name ?? known.detail?.name ?? id.slice(0, 8));
  const lines = detailRows(view, known, width);
  return { path: pathLine(view, ['sessions'], name), above: [], lines, offset, count: lines.length, agentAtCursor: null };
}

/** Only the visible page is asked for, and only it is drawn (LV-65, LV-115). */
function requestsScreen(source: ScreenSource, screen: Screen & { kind: 'requests' | 'subagent' }): Drawn {
  const { view, queries, width, rows } = source;
  const { id, cursor } = screen;
  const agent = screen.kind === 'subagent' ? screen.agent : null;
  const known = detailedOf(source, id);
  const tree = known.detail?.subagents ?? [];
  const name = named(view, known.session?.name ?? known.detail?.name ?? id.slice(0, 8));
  const shownTree =
    agent === null
      ? subagentLines(view, tree.slice(0, Math.max(0, Math.min(6, Math.floor(rows / 4)))), width)
      : subagentLines(
          view,
          tree.filter((each) => each.id === agent),
          width,
        );
  const cut = agent === null && shownTree.length < tree.length ? ` ${shownTree.length} of ${tree.length}` : ` ${tree.length}`;
  const visible = Math.max(1, rows - shownTree.length - (shownTree.length > 0 ? 2 : 0) - 1);
  const first = Math.max(0, cursor - visible + 1);
  const page: RequestPage = queries.requests(id, { offset: first, limit: visible, agent }) ?? { total: 0, offset: 0, requests: [] };
  const listed = page.requests.map((request, index) => {
    const drawn = requestLine(view, request, width);
    return index + first === cursor ? selectedLine(drawn, width) : drawn;
  });
  const path =
    agent === null
      ? pathLine(view, ['sessions', name], 'requests')
      : pathLine(view, ['sessions', name, 'requests'], `subagent ${named(view, agent).slice(0, 8)}`);
  const head = shownTree.length === 0 ? [] : [line(` subagents${agent === null ? cut : ''}`, 'dim'), ...shownTree, []];
  const title = line(
    say(view, ` ${page.total} requests, newest first${page.total > visible ? ` · ${first + 1}–${first + listed.length}` : ''}`),
    'dim',
  );
  return {
    path,
    above: [...head, title],
    lines: listed.length === 0 ? [line(' no request is known', 'dim')] : listed,
    offset: 0,
    count: page.total,
    agentAtCursor: page.requests[cursor - first]?.agent ?? null,
  };
}

/** A table whose chosen row stays in view. */
function listedScreen({ view, width, rows }: ScreenSource, path: Line, listed: Listed, cursor: number | null, offset: number): Drawn {
  const above = [line(say(view, ` ${listed.title}`), 'strong'), listed.heading].map((each) => clip(each, width));
  const lines = [...listed.rows.map((row, index) => (index === cursor ? selectedLine(row, width) : row)), ...(listed.below ?? [])];
  const visible = Math.max(1, rows - above.length);
  const first = cursor === null ? Math.min(offset, Math.max(0, lines.length - visible)) : Math.max(0, cursor - visible + 1);
  return { path, above, lines, offset: first, count: cursor === null ? lines.length : listed.rows.length, agentAtCursor: null };
}

function historyScreen(source: ScreenSource, { page, cursor }: Screen & { kind: 'history' }): Drawn {
  const { view, queries, width } = source;
  const tabs = HISTORY_PAGES.flatMap((name) => [
    span('  '),
    span(name === page ? `[${name}]` : ` ${name} `, name === page ? 'strong' : 'dim'),
  ]);
  const path: Line = [...pathLine(view, ['sessions'], 'history'), ...tabs];
  const listed = historyRows(view, queries, page, width);
  return listedScreen(
    source,
    path,
    listed.rows.length === 0 ? { ...listed, rows: [line(' nothing is known yet', 'dim')] } : listed,
    page === 'calendar' ? null : cursor,
    0,
  );
}

function windowScreen(source: ScreenSource, { index, offset }: Screen & { kind: 'window' }): Drawn {
  const { view, queries, width } = source;
  const windows = queries.windows(index + 1);
  const at = Math.min(index, windows.length - 1);
  const chosen = windows[at];
  const path = pathLine(view, ['sessions'], 'former windows');
  const detail = chosen === undefined ? null : queries.windowDetail(chosen.account, chosen.start);
  if (detail === null)
    return { path, above: [], lines: [line(' no 5-hour window is known yet', 'dim')], offset: 0, count: 1, agentAtCursor: null };
  const arrows = glyphOr(view, '← older  → newer', '<- older  -> newer');
  return listedScreen(
    source,
    path,
    formerWindowRows(view, detail, `${at === 0 ? 'the newest' : `${at} back`}  ${arrows}`, width),
    null,
    offset,
  );
}

/** What a list shows of the filter: `3 of 7 sessions, 8.7 % of cost hidden` (LV-81). */
export function filterWords(view: View, shown: number, all: number, hidden: number | null): string {
  const part = hidden === null ? '' : `, ${percent(view, hidden)} of cost hidden`;
  return `${shown} of ${all} sessions${part}`;
}
