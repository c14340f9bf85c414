import type { RequestView, SubagentView } from '../../../../monitor/details.ts';
import * as format from '../../../../text/format.ts';
import { amount, full, glyphOr, modelName, money, named, short, timeOfDay, unknown, type View } from '../../figures.ts';
import { clip, type Line, line, padEnd, padStart, span } from '../../spans.ts';
import { displayWidth, fitEnd } from '../../width.ts';
import type { Detailed } from './detailed.ts';
import { field, joinedWords } from './field.ts';

/* What a session did: subagents, requests, tools, files. */

/** The tree of subagents; with the main thread they add up to the session (LV-63). */
export function subagentLines(view: View, agents: readonly SubagentView[], width: number, chosen: number | null = null): readonly Line[] {
  return agents.map((agent, index) => {
    // The next one that is not below this one is a sibling, or the branch ends here.
    const next = agents.slice(index + 1).find(({ depth }) => depth <= agent.depth);
    const last = next === undefined || next.depth < agent.depth;
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

export function activityLines(view: View, { detail }: Detailed, width: number): readonly Line[] {
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
function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
