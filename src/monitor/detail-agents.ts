import { closeSync, fstatSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import type { SessionFile } from '../ledger/queries/session-detail.ts';
import { looseNumber, looseText } from '../platform/loose.ts';
import { readSmallJson } from '../platform/small-file.ts';
import { plain } from '../text/plain.ts';
import { decodeUsage } from '../transcripts/decode-usage.ts';
import { parseLine } from '../transcripts/objects.ts';
import { openRegular } from '../transcripts/read.ts';
import { emptySum, sumOf } from '../usage/sum.ts';
import type { UsageEvent, UsageSum } from '../usage/types.ts';
import { amountsOf, groupBy } from './amounts.ts';
import type { SubagentView } from './details.ts';
import { minus } from './tally.ts';
import { TAIL_BYTES } from './transcript-tail.ts';

const MAX_AGENTS = 200;
const MAX_META_BYTES = 64 * 1024;
const TYPE_LENGTH = 60;
/** A file that grew within this time is being written (LS-6). ms. */
const GROWING_MS = 60_000;

/** A subagent's file, what its description says, and the requests that its end names. */
export interface AgentFile {
  readonly id: string;
  readonly type: string | null;
  readonly depth: number;
  readonly isFinished: boolean;
  readonly keys: ReadonlySet<string>;
  readonly isWhole: boolean;
  readonly grewAt: number | null;
}

/** The subagents of a session by their files; of each file only the end is read (LV-65). */
export function agentsOf(files: readonly SessionFile[]): AgentFile[] {
  return files
    .filter((file) => file.isAgent && !file.isGone && basename(file.path).startsWith('agent-'))
    .slice(0, MAX_AGENTS)
    .map(agentOf);
}

function agentOf({ path }: SessionFile): AgentFile {
  const meta = readSmallJson(path.replace(/\.jsonl$/, '.meta.json'), MAX_META_BYTES);
  const type = looseText(meta?.agentType, 400);
  const inWorkflow = path.includes('/workflows/');
  return {
    id: basename(path, '.jsonl').slice('agent-'.length),
    type: type === null ? null : plain(type, TYPE_LENGTH) || null,
    depth: Math.min(8, Math.max(0, (looseNumber(meta?.spawnDepth) ?? (inWorkflow ? 2 : 1)) - 1)),
    isFinished: meta?.finished === true,
    ...endOf(path),
  };
}

/** The request keys in a file's last {@link TAIL_BYTES}; no line is kept. */
function endOf(path: string): Pick<AgentFile, 'keys' | 'isWhole' | 'grewAt'> {
  const keys = new Set<string>();
  let fd: number;
  try {
    fd = openRegular(path);
  } catch {
    return { keys, isWhole: false, grewAt: null };
  }
  try {
    const { size, mtimeMs } = fstatSync(fd);
    const from = Math.max(0, size - TAIL_BYTES);
    const buffer = Buffer.allocUnsafe(size - from);
    const text = buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, from));
    for (const line of text.split('\n')) {
      if (!line.includes('"usage"')) continue;
      for (const o of parseLine(line).objects) {
        const usage = decodeUsage(o);
        if (usage !== null) keys.add(usage.key);
      }
    }
    return { keys, isWhole: from === 0, grewAt: mtimeMs };
  } catch {
    return { keys, isWhole: false, grewAt: null };
  } finally {
    closeSync(fd);
  }
}

function stateOf({ isFinished, grewAt }: AgentFile, now: number): SubagentView['state'] {
  if (isFinished) return 'done';
  return grewAt !== null && now - grewAt < GROWING_MS ? 'running' : 'unknown';
}

/**
 * The subagents with their sums (LV-63). `whole` is what all of them used: what no file's end gives to one stands in a row without a name, so that the rows
 * and the main thread add up to the session (D-6). A request that stands in two files counts for the first.
 */
export function subagentViews(agents: readonly AgentFile[], events: readonly UsageEvent[], whole: UsageSum, now: number): SubagentView[] {
  const byKey = groupBy(
    events.filter((event) => event.sidechain),
    (event) => event.key,
  );
  let rest = whole;
  const views = agents.map((agent): SubagentView => {
    const own: UsageEvent[] = [];
    let missing = false;
    for (const key of agent.keys) {
      const found = byKey.get(key);
      byKey.delete(key);
      if (found === undefined) missing = true;
      else own.push(...found);
    }
    const sum = sumOf(own);
    rest = minus(rest, sum);
    const last = own.reduce<UsageEvent | null>((a, b) => (b.at >= (a?.at ?? 0) ? b : a), null);
    return {
      id: agent.id,
      type: agent.type,
      model: last === null ? null : plain(last.model, TYPE_LENGTH),
      state: stateOf(agent, now),
      amounts: amountsOf(sum),
      isLowerBound: !agent.isWhole || missing,
      lastAt: last?.at ?? agent.grewAt,
      depth: agent.depth,
    };
  });
  views.sort((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0));
  if (rest.requests === emptySum().requests && rest.pricedEvents + rest.unpricedEvents === 0) return views;
  return [
    ...views,
    { id: null, type: null, model: null, state: 'unknown', amounts: amountsOf(rest), isLowerBound: false, lastAt: null, depth: 0 },
  ];
}
