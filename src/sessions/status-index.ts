import { type Loose, looseNumber, looseObject, looseText } from '../platform/loose.ts';
import type { LiveSession } from './session.ts';
import { needsYou, STATES, type State } from './states.ts';
import { isoSecond, type Load } from './status-file.ts';

/* `C/status/index.json` (session-state §2.2): every session that has not ended. Pure. */

/** A session's line in the index, with what the summary and the legacy link need of it. */
export interface IndexRow {
  readonly id: string;
  /** Newest evidence, whole epoch ms. */
  readonly at: number;
  readonly state: State;
  readonly stale: boolean;
  readonly agents: number;
  /** Null = not known. */
  readonly contextPercent: number | null;
  readonly entry: Loose;
}

/** One session of the folder or, with `name` null, of the registry alone. */
export interface FolderRow extends IndexRow {
  readonly name: string | null;
  readonly alive: boolean | null;
}

/** Names instead of the real ones (LS-27). */
export interface Pseudonyms {
  readonly session: string;
  readonly project: string;
}

const MAX_SESSIONS = 1000;
/** A little below the 512 KiB of ST-16, for the summary. */
const MAX_BYTES = 500 * 1024;
/** No entry is longer: title, project and directory are bounded. */
const LONGEST_ENTRY = 8 * 1024;

export function indexOf(rows: readonly IndexRow[], load: Load, now: number): Loose {
  const listed = rows.filter(({ state }) => state !== 'ended').sort(newestFirst);
  const entries = fitting(listed.slice(0, MAX_SESSIONS).map(({ entry }) => entry));
  return {
    updated_at: isoSecond(listed[0]?.at ?? now),
    sessions: entries,
    summary: summaryOf(listed, load),
    tidemark: { schema: 1, built_at: Math.floor(now), ...(entries.length < listed.length ? { truncated: true } : {}) },
  };
}

/** The first entries that fit; measured only where it could be too much. */
function fitting(entries: readonly Loose[]): readonly Loose[] {
  if (entries.length * LONGEST_ENTRY <= MAX_BYTES) return entries;
  let bytes = 0;
  const end = entries.findIndex((entry) => {
    bytes += Buffer.byteLength(JSON.stringify(entry)) + 1;
    return bytes > MAX_BYTES;
  });
  return end === -1 ? entries : entries.slice(0, end);
}

/** By evidence, newest first, then by id: an order that a reader can rely on. */
function newestFirst(a: IndexRow, b: IndexRow): number {
  return b.at - a.at || (a.id < b.id ? -1 : 1);
}

const percentOf = (file: Loose): number => Math.round(looseNumber(looseObject(file.context).percentage, 0, 1000) ?? 0);

/** A file without our key tells of its context by a size; ours say it. */
function contextKnown(file: Loose): boolean {
  const ours = looseObject(file.tidemark);
  return ours.context === undefined
    ? (looseNumber(looseObject(file.context).current_tokens, 1) ?? 0) > 0
    : looseObject(ours.context).known === true;
}

const IS_STAND_IN = /^project-[0-9a-f]{4}$/;

/** A status file with hidden names holds no directory to make the stand-in from again: there it is kept as its publisher made it. */
function hiddenProject({ cwd }: LiveSession, ours: Loose, hidden: Pseudonyms): string {
  const stored = looseText(ours.project, 64);
  return !cwd && stored !== null && IS_STAND_IN.test(stored) ? stored : hidden.project;
}

/** The line of a session whose status file is `file`; `{}` for one known from the registry alone. */
export function indexRow(session: LiveSession, file: Loose, hidden: Pseudonyms | null): IndexRow {
  const ours = looseObject(file.tidemark);
  const percent = percentOf(file);
  const known = contextKnown(file);
  const at = Math.floor(session.at);
  return {
    id: session.id,
    at,
    state: session.state,
    stale: session.stale,
    agents: session.agents.active,
    contextPercent: known ? percent : null,
    entry: {
      session_id: session.id,
      task: hidden?.session ?? session.title,
      context_pct: percent,
      agents: session.agents.active,
      status: session.stale ? 'stale' : 'active',
      updated_at: isoSecond(at),
      tidemark: {
        state: session.state,
        state_since: Math.floor(session.since),
        alive: session.alive,
        context_known: known,
        waiting_since: session.waiting === null ? null : Math.floor(session.waiting.since),
        project: hidden === null ? session.project : hiddenProject(session, ours, hidden),
        model: looseText(looseObject(ours.model).name, 128) ?? session.model,
        cost_usd: looseNumber(looseObject(ours.cost).usd),
        profile: looseText(looseObject(ours.profile).id, 200),
        config_dir: session.configDir,
      },
    },
  };
}

function summaryOf(listed: readonly IndexRow[], load: Load): Loose {
  const byState: Record<string, number> = Object.fromEntries(STATES.map((state) => [state, 0]));
  let [active, agents, mostActive, most, needs] = [0, 0, 0, 0, 0];
  for (const row of listed) {
    byState[row.state]!++;
    if (needsYou(row.state)) needs++;
    most = Math.max(most, row.contextPercent ?? 0);
    if (row.stale) continue;
    active++;
    agents += row.agents;
    mostActive = Math.max(mostActive, row.contextPercent ?? 0);
  }
  return {
    total_sessions: listed.length,
    active_sessions: active,
    stale_sessions: listed.length - active,
    total_agents: agents,
    max_context_pct: active === 0 ? most : mostActive,
    load,
    tidemark: { by_state: byState, needs_you: needs },
  };
}
