import { parseTimestamp } from './timestamp.ts';
import type { PromptLine, SessionLine } from './types.ts';

type Json = Record<string, unknown>;
const record = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
const text = (value: unknown, cap: number): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= cap ? value : undefined;
const title = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() !== '' ? value.slice(0, 400) : undefined);

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Facts about the line's session: place, titles, compaction, the client's own cost, errors. Null when the line names no session. */
export function decodeSession(o: Json): SessionLine | null {
  const sessionId = text(o.sessionId, 256);
  if (sessionId === undefined) return null;
  const facts: Writable<SessionLine> = {
    sessionId,
    at: parseTimestamp(o.timestamp),
    sidechain: o.isSidechain === true || typeof o.agentId === 'string',
    isPlain: true,
  };
  const cwd = text(o.cwd, 4096);
  const branch = text(o.gitBranch, 512);
  const version = text(o.version, 64);
  const forkedFrom =
    text(record(o.forkedFrom)?.sessionId, 256) ?? (o.requestSessionId !== sessionId ? text(o.requestSessionId, 256) : undefined);
  if (cwd !== undefined) facts.cwd = cwd;
  if (branch !== undefined) facts.branch = branch;
  if (version !== undefined) facts.version = version;
  if (forkedFrom !== undefined) facts.forkedFrom = forkedFrom;
  addSpecial(facts, o);
  return facts;
}

/** What only some types of lines say. */
function addSpecial(facts: Writable<SessionLine>, o: Json): void {
  const set = <K extends keyof SessionLine>(key: K, value: SessionLine[K] | undefined): void => {
    if (value === undefined) return;
    facts[key] = value;
    facts.isPlain = false;
  };
  switch (o.type) {
    case 'custom-title':
      set('customTitle', title(o.customTitle));
      break;
    case 'ai-title':
      set('aiTitle', title(o.aiTitle));
      break;
    case 'agent-name':
      set('agentName', title(o.agentName));
      break;
    case 'cost-state':
      if (typeof o.totalCostUSD === 'number' && o.totalCostUSD >= 0 && o.totalCostUSD < 1e6)
        set('clientCost', Math.round(o.totalCostUSD * 1e9));
      break;
    case 'relocated':
      set('relocatedCwd', text(o.relocatedCwd, 4096));
      break;
    case 'worktree-state':
      set('originalCwd', text(record(o.worktreeSession)?.originalCwd, 4096));
      break;
    case 'system':
      if (o.subtype === 'compact_boundary') {
        const post = record(o.compactMetadata)?.postTokens;
        set('compactedTo', typeof post === 'number' && Number.isSafeInteger(post) && post >= 0 ? post : null);
      }
      break;
    case 'assistant':
      if (o.isApiErrorMessage === true) Object.assign(facts, errorOf(o), { isPlain: false });
      break;
  }
}

/** The client's own lines about a failed request (model `<synthetic>`): a code and, at a usage limit, when it resets. Never their text. */
function errorOf(o: Json): Pick<SessionLine, 'error' | 'limitResetsAt'> {
  const error =
    text(o.apiError, 64) ??
    text(o.error, 64) ??
    text(o.apiErrorType, 64) ??
    (typeof o.apiErrorStatus === 'number' ? `http ${o.apiErrorStatus}` : 'error');
  const limits = record(o.quotaLimits);
  const resets = limits?.rateLimitType === 'five_hour' && typeof limits.resetsAt === 'number' ? limits.resetsAt * 1000 : undefined;
  return resets !== undefined && Number.isSafeInteger(resets) ? { error, limitResetsAt: resets } : { error };
}

const NOT_A_PROMPT = /^\s*(?:<command-name>|<local-command-|<task-notification>|\[Request interrupted by user)/;

/** A real user prompt (transcripts §4, D-13): typed by a person on the main thread, not meta, not a summary, not a tool's result. */
export function decodePrompt(o: Json): PromptLine | null {
  if (o.type !== 'user' || o.isMeta === true || o.isSidechain === true || o.isCompactSummary === true) return null;
  const uuid = text(o.uuid, 128);
  const sessionId = text(o.sessionId, 256);
  const content = record(o.message)?.content;
  if (uuid === undefined || sessionId === undefined) return null;
  const first = typeof content === 'string' ? content : Array.isArray(content) ? firstText(content) : null;
  return first === null || first.trim() === '' || NOT_A_PROMPT.test(first) ? null : { uuid, sessionId, at: parseTimestamp(o.timestamp) };
}

function firstText(blocks: readonly unknown[]): string | null {
  for (const block of blocks.slice(0, 64)) {
    const b = record(block);
    if (b?.type === 'tool_result') return null;
    if (b?.type === 'text' && typeof b.text === 'string') return b.text;
  }
  return null;
}
