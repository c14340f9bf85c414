import type { RequestView, SessionDetailView, SubagentView } from '../../../monitor/details.ts';
import type { SessionView } from '../../../monitor/snapshot.ts';
import * as format from '../../../text/format.ts';
import { bar, sparkline, thinned } from '../bar.ts';
import {
  age,
  amount,
  clock,
  full,
  glyphOr,
  modelName,
  money,
  named,
  percent,
  perMinute,
  say,
  separator,
  short,
  timeOfDay,
  unknown,
  type View,
} from '../figures.ts';
import { clip, type Line, line, padEnd, padStart, span } from '../spans.ts';
import { displayWidth, fitEnd, fitMiddle } from '../width.ts';
import { stateWords } from './sessions.ts';

const LABEL_WIDTH = 12;
const MINUTES = 60;

/** What is known of one session: the Snapshot's part always, the rest when it was asked. */
export interface Detailed {
  readonly session: SessionView | null;
  readonly detail: SessionDetailView | null;
  /** Label of its account. */
  readonly account: string;
  /** Where its terminal is, as `tmux dev:2.1`; null = not known. */
  readonly terminal: string | null;
}

const dayAndTime = (view: View, at: number): string => format.formatInstant(at, view.zone, 'dayTime', { hour12: view.hour12 });

const field = (view: View, name: string, words: string, tone?: 'dim' | 'attention'): Line => [
  span(` ${padEnd(name, LABEL_WIDTH)}`, 'dim'),
  span(say(view, words), tone),
];

const joinedWords = (view: View, words: readonly (string | null)[]): string =>
  words.filter((word) => word !== null && word !== '').join(separator(view));

const SOURCE_WORDS = { registry: 'registry', hook: 'hook', transcript: 'transcript', mtime: 'file time' } as const;

/** `working for 6 m (registry, 1 s)`. */
function knownState(view: View, session: SessionView): string {
  const words =
    session.state === 'working' && session.since !== null ? `working for ${age(view, session.since)}` : stateWords(view, session);
  if (session.stateSource === null) return words;
  const seen = session.stateSeenAt === null ? '' : `, ${age(view, session.stateSeenAt)}`;
  return `${words} (${SOURCE_WORDS[session.stateSource]}${seen}${session.stale ? ', stale' : ''})`;
}

function processWords(view: View, { session, terminal }: Detailed): string {
  const processes = session?.processes ?? [];
  if (processes.length === 0) return session?.alive === false ? 'none runs' : unknown(view);
  const pids = processes.map(({ pid, kind }) => `${pid}${kind === null || kind === 'interactive' ? '' : ` ${named(view, kind)}`}`);
  return joinedWords(view, [pids.join(', '), terminal]).replace(' · ', ', ');
}

/** Identity: state, names, place, account, process, times, lineage (LV-60). */
function identity(view: View, known: Detailed, width: number): readonly Line[] {
  const { session, detail } = known;
  const room = width - LABEL_WIDTH - 1;
  const place = session ?? detail;
  const branch = place?.branch ?? null;
  const lines: Line[] = [];
  if (session !== null)
    lines.push(field(view, 'state', knownState(view, session), session.state.startsWith('needs') ? 'attention' : undefined));
  lines.push(field(view, 'title', detail?.title == null ? unknown(view) : fitEnd(named(view, detail.title), room)));
  const tags = (session?.tags ?? detail?.tags ?? []).map((tag) => `#${named(view, tag)}`).join(' ');
  if (tags !== '') lines.push(field(view, 'tags', tags));
  const note = session?.note ?? detail?.note ?? null;
  if (note !== null) lines.push(field(view, 'note', fitEnd(named(view, note), room)));
  lines.push(
    field(
      view,
      'project',
      `${named(view, place?.project ?? '')}${branch === null ? '' : ` (${named(view, branch)})`}${detail?.isWorktree === true ? ', a worktree' : ''}`,
    ),
  );
  const cwd = detail?.cwd ?? session?.cwd ?? null;
  if (cwd !== null) lines.push(field(view, 'directory', fitMiddle(named(view, cwd), room)));
  lines.push(field(view, 'account', named(view, known.account)));
  lines.push(field(view, 'process', processWords(view, known)));
  lines.push(field(view, 'id', named(view, place?.id ?? '')));
  const started = place?.startedAt ?? null;
  const counts = detail === null ? null : `${detail.requests} requests${separator(view)}${detail.prompts} prompts`;
  lines.push(field(view, 'started', joinedWords(view, [started === null ? unknown(view) : dayAndTime(view, started), counts])));
  const modes = joinedWords(view, [
    session?.effort == null ? null : `effort ${named(view, session.effort)}`,
    session?.permissionMode == null ? null : `mode ${named(view, session.permissionMode)}`,
  ]);
  if (modes !== '') lines.push(field(view, 'set to', modes));
  if (detail?.forkedFrom != null) lines.push(field(view, 'fork of', named(view, detail.forkedFrom).slice(0, 8)));
  if (detail !== null && detail.continuedBy.length > 0)
    lines.push(field(view, 'continued', detail.continuedBy.map((id) => named(view, id).slice(0, 8)).join(', ')));
  if (session !== null && session.disagreements.length > 0)
    lines.push(field(view, 'unclear', named(view, session.disagreements.join('; ')), 'attention'));
  return lines;
}

/** Context: how full, of what size, its history, compactions (LV-61). */
function contextLines(view: View, { session, detail }: Detailed, width: number): readonly Line[] {
  const value = session?.contextPercent.value ?? null;
  const size = session?.windowSize ?? detail?.windowSize ?? null;
  const room = Math.max(8, Math.min(30, width - LABEL_WIDTH - 39));
  const of = size === null ? '' : ` of ${short(view, size)}`;
  const near = value !== null && value >= 80 ? 'attention' : undefined;
  const lines: Line[] = [
    value === null
      ? field(view, 'context', unknown(view))
      : [
          span(` ${padEnd('context', LABEL_WIDTH)}`, 'dim'),
          span(`${bar(view, value, room)} ${percent(view, value)}`, near),
          span(of),
          span(near === undefined ? '' : say(view, ' · compaction near'), 'attention'),
        ],
  ];
  if (detail === null || detail.contextHistory.length < 2) return lines;
  const { count, lastAt } = detail.compactions;
  const compactions =
    count === null || count === 0
      ? ''
      : `  ${count} compaction${count === 1 ? '' : 's'}${lastAt === null ? '' : ` ${clock(view, lastAt)}`}`;
  const history = thinned(
    detail.contextHistory.map(({ tokens }) => tokens),
    Math.max(8, width - LABEL_WIDTH - 2 - compactions.length),
  );
  return [...lines, field(view, 'history', `${sparkline(view, history, size ?? undefined)}${compactions}`)];
}

/** Tokens by kind for window and session, cache hit, cost, what is not in transcripts, share (LV-62). */
function moneyLines(view: View, { session, detail }: Detailed): readonly Line[] {
  const window = session?.window ?? detail?.window;
  const total = session?.total ?? detail?.total;
  if (window === undefined || total === undefined) return [];
  const number = (tokens: number) => padStart(full(view, tokens), 13);
  const kinds = [
    ['input', 'input'],
    ['output', 'output'],
    ['cache write 5m', 'cacheWrite5m'],
    ['cache write 1h', 'cacheWrite1h'],
    ['cache read', 'cacheRead'],
  ] as const;
  const hit = (part: number | null) => padStart(part === null ? unknown(view) : percent(view, part * 100), 13);
  const rows: Line[] = [
    line(` ${padEnd('tokens', 16)}${padStart('window', 13)} ${padStart('session', 13)}`, 'dim'),
    ...kinds.map(
      ([name, key]): Line => [span(`   ${padEnd(name, 14)}`, 'dim'), span(`${number(window.tokens[key])} ${number(total.tokens[key])}`)],
    ),
  ];
  if (detail !== null)
    rows.push([span(`   ${padEnd('cache hit', 14)}`, 'dim'), span(`${hit(detail.cacheHitWindow)} ${hit(detail.cacheHitTotal)}`)]);
  rows.push([]);
  const cost = joinedWords(view, [
    `${money(view, window.cost, window.costIsLowerBound)} window`,
    `${money(view, total.cost, total.costIsLowerBound)} session`,
  ]);
  rows.push(field(view, 'cost', cost));
  if (detail !== null) {
    const client = detail.clientCost === null ? '' : ` (client says ${format.usd(detail.clientCost, view)})`;
    const words = detail.unloggedCost === null ? unknown(view) : `${format.usd(detail.unloggedCost, view)} not in transcripts${client}`;
    rows.push(field(view, 'unlogged', words));
  }
  rows.push(field(view, 'share', shareWords(view, session)));
  return rows;
}

/** `62 % of local use = 38 of 62 points`. */
function shareWords(view: View, session: SessionView | null): string {
  if (session === null || session.share === null) return unknown(view);
  const words = `${percent(view, session.share)} of local use, by ${session.shareBasis}`;
  const points = session.points.value;
  return points === null ? words : `${words} = ${Math.round(points)} points of the window`;
}

function burnLines(view: View, { session, detail }: Detailed, width: number): readonly Line[] {
  if (detail === null) return [];
  const now = session === null ? '' : `   now ${perMinute(view, session.burnNow.work)} (${session.severity})`;
  return [line(` burn, work tok/min, ${MINUTES} min${now}`, 'dim'), line(` ${sparkline(view, thinned(detail.burnPerMinute, width - 2))}`)];
}

/** The tree of subagents; with the main thread they add up to the session (LV-63). */
export function subagentLines(view: View, agents: readonly SubagentView[], width: number, chosen: number | null = null): readonly Line[] {
  return agents.map((agent, index) => {
    const last = agents.slice(index + 1).every(({ depth }) => depth < agent.depth) || index === agents.length - 1;
    const branch = glyphOr(view, last ? '└ ' : '├ ', last ? '` ' : '|-');
    const name = `${' '.repeat(agent.depth * 2)}${branch}${padEnd(agent.id === null ? 'others' : named(view, agent.id).slice(0, 8), 8)} ${padEnd(fitEnd(agent.type === null ? unknown(view) : named(view, agent.type), 12), 12)}`;
    const state = agent.state === 'running' ? 'runs' : agent.state === 'done' ? 'done' : unknown(view);
    const figures = `${padStart(amount(view, { ...agent.amounts, outputIsLowerBound: agent.amounts.outputIsLowerBound || agent.isLowerBound }), 8)} ${padStart(money(view, agent.amounts.cost, agent.amounts.costIsLowerBound || agent.isLowerBound), 8)}`;
    const drawn = ` ${name} ${padEnd(fitEnd(modelName(view, agent.model), 11), 11)} ${padEnd(state, 5)} ${figures}`;
    return clip([span(drawn, agent.state === 'running' ? 'working' : undefined)], width).map((each) =>
      chosen === index ? { ...each, selected: true as const } : each,
    );
  });
}

/** One request: when, model, tokens by kind, cost. No text of the conversation (LV-63). */
export function requestLine(view: View, request: RequestView, width: number): Line {
  const { tokens } = request;
  const write = tokens.cacheWrite5m + tokens.cacheWrite1h;
  const output = `${request.outputIsLowerBound ? (view.ascii ? '>=' : '≥') : ''}${full(view, tokens.output)}`;
  const head = ` ${timeOfDay(view, request.at)}  ${padEnd(fitEnd(modelName(view, request.model), 11), 11)}`;
  const kinds = `in ${padEnd(full(view, tokens.input), 6)} cw ${padEnd(full(view, write), 7)} cr ${padEnd(full(view, tokens.cacheRead), 9)} out ${padEnd(output, 7)}`;
  const cost = ` ${padStart(format.usd(request.cost, view), 7)}`;
  const agent = request.sidechain ? ` ${named(view, request.agent ?? 'subagent').slice(0, 8)}` : '';
  const whole = `${head} ${kinds}${cost}${agent}`;
  return clip(
    [
      span(
        displayWidth(whole) <= width
          ? whole
          : displayWidth(`${head} ${kinds}`) <= width
            ? `${head} ${kinds}`
            : `${head} ${padStart(amountOfRequest(view, request), 7)}${cost}`,
      ),
    ],
    width,
  );
}

const amountOfRequest = (view: View, request: RequestView) => short(view, request.all);

function activityLines(view: View, { detail }: Detailed, width: number): readonly Line[] {
  if (detail === null) return [];
  const agents: readonly Line[] =
    detail.subagents.length === 0
      ? []
      : [line(` subagents ${detail.subagents.length}`, 'dim'), ...subagentLines(view, detail.subagents.slice(0, 6), width), []];
  const requests = detail.lastRequests.slice(0, 6).map((request) => requestLine(view, request, width));
  const tools = detail.tools.slice(0, 6).map(({ tool, uses }) => `${named(view, tool)} ${uses}`);
  const files = detail.files.reduce(
    (sum, file) => ({ size: sum.size + file.size, lines: sum.lines + file.lines, rejected: sum.rejected + file.rejected }),
    { size: 0, lines: 0, rejected: 0 },
  );
  const fileWords =
    detail.files.length === 0
      ? unknown(view)
      : `${detail.files.length === 1 ? 'transcript' : `${detail.files.length} transcripts`} ${sizeWords(files.size)}, ${full(view, files.lines)} lines, ${files.rejected} rejected`;
  return [
    ...agents,
    ...(requests.length === 0 ? [] : [line(' last requests', 'dim'), ...requests, []]),
    field(view, 'tools', tools.length === 0 ? unknown(view) : joinedWords(view, tools)),
    field(view, 'files', fileWords),
  ];
}

/** `6.2 MB`. */
export function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Everything about a session, for the pane beside the list and the screen of its own (LV-60 … LV-63). */
export function detailRows(view: View, known: Detailed, width: number): readonly Line[] {
  const sections = [
    identity(view, known, width),
    contextLines(view, known, width),
    moneyLines(view, known),
    burnLines(view, known, width),
    activityLines(view, known, width),
  ];
  return sections
    .filter((section) => section.length > 0)
    .flatMap((section, index) => (index === 0 ? section : [[], ...section]))
    .map((each) => clip(each, width));
}

/** Four lines below the list (LV §4, 120 columns). */
export function briefDetails(view: View, known: Detailed, width: number): readonly Line[] {
  const { session, detail } = known;
  if (session === null) return [];
  const { tokens } = session.window;
  const write = tokens.cacheWrite5m + tokens.cacheWrite1h;
  const first =
    session.since === null || session.state !== 'working' ? stateWords(view, session) : `working for ${age(view, session.since)}`;
  const words = [
    [
      first,
      modelName(view, session.model),
      session.effort === null ? null : `effort ${named(view, session.effort)}`,
      `account ${named(view, known.account)}`,
      session.processes[0] === undefined ? null : `pid ${session.processes[0].pid}`,
      known.terminal,
      `id ${named(view, session.id).slice(0, 8)}`,
    ],
    [
      `in ${full(view, tokens.input)}`,
      `out ${full(view, tokens.output)}`,
      `cache write ${full(view, write)} (1h ${full(view, tokens.cacheWrite1h)}, 5m ${full(view, tokens.cacheWrite5m)})`,
      `cache read ${full(view, tokens.cacheRead)}`,
      detail?.cacheHitWindow == null ? null : `hit ${percent(view, detail.cacheHitWindow * 100)}`,
    ],
    [
      `${money(view, session.window.cost, session.window.costIsLowerBound)} window`,
      `${money(view, session.total.cost, session.total.costIsLowerBound)} session`,
      session.subagents.requests === 0 ? null : `subagents ${money(view, session.subagents.cost, session.subagents.costIsLowerBound)}`,
      detail?.unloggedCost == null ? null : `not in transcripts ${format.usd(detail.unloggedCost, view)}`,
      detail === null ? null : `${detail.requests} requests`,
      detail === null ? null : `${detail.prompts} prompts`,
    ],
  ];
  const burn = detail === null ? unknown(view) : sparkline(view, thinned(detail.burnPerMinute, Math.max(8, width - 22)));
  return [
    ...words.map((parts) => line(say(view, ` ${joinedWords(view, parts)}`))),
    line(say(view, ` burn/min, ${MINUTES} min  `) + burn),
  ].map((each) => clip(each, width));
}
