import { type Loose, looseNumber, looseObject, looseText } from '../../platform/loose.ts';
import type { CaptureContext, CaptureCost, QuotaName } from '../../sessions/captures.ts';

/** One call's stdin, field by field: null where the client did not say it or said nonsense (SL-2). All texts are hostile. */
export interface Input {
  readonly sessionId: string | null;
  readonly transcriptPath: string | null;
  readonly cwd: string | null;
  readonly projectDir: string | null;
  readonly version: string | null;
  readonly sessionName: string | null;
  readonly model: { readonly id: string; readonly name: string } | null;
  readonly context: CaptureContext;
  readonly cost: CaptureCost;
  /** Percent and epoch seconds, as given: whether they can be true is decided where they are merged (AP-8). */
  readonly quota: Readonly<Partial<Record<QuotaName, { readonly used: number; readonly resetsAt: number }>>>;
  readonly cache: { readonly warm: boolean; readonly expiresAt: number | null; readonly hitRatio: number | null } | null;
  readonly effort: string | null;
  readonly fastMode: boolean;
  readonly style: string | null;
  readonly vim: string | null;
  readonly agent: string | null;
  readonly worktree: string | null;
  readonly pr: { readonly number: number; readonly url: string | null } | null;
}

/** SEC-41. */
export const MAX_INPUT_BYTES = 1024 * 1024;

/** The payload as JSON; null for anything that is no whole JSON object. */
export function parseInput(text: string): Input | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? inputOf(value as Loose) : null;
  } catch {
    return null;
  }
}

export function inputOf(payload: Loose): Input {
  const [workspace, model, cost, limits, worktree, pr] = [
    payload.workspace,
    payload.model,
    payload.cost,
    payload.rate_limits,
    payload.worktree,
    payload.pr,
  ].map(looseObject) as [Loose, Loose, Loose, Loose, Loose, Loose];
  const modelId = looseText(model.id, 500);
  const modelName = looseText(model.display_name, 500) ?? modelId;
  const prNumber = looseNumber(pr.number, 1, 1e12);
  return {
    sessionId: looseText(payload.session_id),
    transcriptPath: looseText(payload.transcript_path),
    cwd: looseText(workspace.current_dir) ?? looseText(payload.cwd),
    projectDir: looseText(workspace.project_dir),
    version: looseText(payload.version, 50),
    sessionName: looseText(payload.session_name, 2000),
    model: modelName === null ? null : { id: modelId ?? modelName, name: modelName },
    context: contextOf(looseObject(payload.context_window)),
    cost: {
      usd: looseNumber(cost.total_cost_usd, 0, 1e9),
      apiMs: looseNumber(cost.total_api_duration_ms),
      durationMs: looseNumber(cost.total_duration_ms),
      linesAdded: looseNumber(cost.total_lines_added),
      linesRemoved: looseNumber(cost.total_lines_removed),
    },
    quota: quotaOf(limits),
    cache: cacheOf(looseObject(payload.prompt_cache)),
    effort: looseText(looseObject(payload.effort).level, 100),
    fastMode: payload.fast_mode === true,
    style: looseText(looseObject(payload.output_style).name, 500),
    vim: looseText(looseObject(payload.vim).mode, 100),
    agent: looseText(looseObject(payload.agent).name, 500),
    worktree: looseText(worktree.name, 500) ?? looseText(workspace.git_worktree, 500),
    pr: prNumber === null ? null : { number: prNumber, url: looseText(pr.url, 2000) },
  };
}

/**
 * The client's percentage as given, else what the last answer left in the context (D-35). Four zeros, or nothing, behind it mean a fresh start or a
 * compaction: unknown, not 0 %. The totals of the payload mean different things in different versions and are not used.
 */
function contextOf(window: Loose): CaptureContext {
  const size = looseNumber(window.context_window_size, 1, 1e10);
  const usage = looseObject(window.current_usage);
  const counts = [usage.input_tokens, usage.cache_creation_input_tokens, usage.cache_read_input_tokens].map((count) => looseNumber(count));
  const isTold = counts.some((count) => count !== null);
  const used = isTold ? counts.reduce<number>((sum, count) => sum + (count ?? 0), 0) : null;
  if (used === 0) return { used: null, size, percent: null };
  const given = looseNumber(window.used_percentage, 0, 100.5);
  const isEmpty = given === 0 && used === null;
  const computed = used === null || size === null || used > size ? null : (used / size) * 100;
  return { used, size, percent: isEmpty || window.current_usage === null ? null : given === null ? computed : Math.min(100, given) };
}

function quotaOf(limits: Loose): Input['quota'] {
  const quota: Partial<Record<QuotaName, { used: number; resetsAt: number }>> = {};
  for (const name of ['five_hour', 'seven_day', 'spend_limit'] as const) {
    const window = looseObject(limits[name]);
    const used = looseNumber(window.used_percentage, Number.NEGATIVE_INFINITY, Number.MAX_VALUE);
    const resetsAt = looseNumber(window.resets_at, Number.NEGATIVE_INFINITY, 1e13);
    if (used !== null && resetsAt !== null) quota[name] = { used, resetsAt };
  }
  return quota;
}

function cacheOf(cache: Loose): Input['cache'] {
  if (typeof cache.warm !== 'boolean') return null;
  return { warm: cache.warm, expiresAt: looseNumber(cache.expires_at, 1, 1e11), hitRatio: looseNumber(cache.hit_ratio, 0, 1) };
}

/** What can be saved from a payload that is cut off or broken (SL-30): the text is searched, not understood. */
export function salvageInput(text: string): {
  readonly sessionId: string | null;
  readonly model: string | null;
  readonly cwd: string | null;
} {
  const head = text.slice(0, 64 * 1024);
  const find = (name: string) => {
    const found = new RegExp(`"${name}"\\s*:\\s*("(?:[^"\\\\]|\\\\.){1,2000}")`).exec(head)?.[1];
    try {
      return found === undefined ? null : looseText(JSON.parse(found));
    } catch {
      return null;
    }
  };
  return { sessionId: find('session_id'), model: find('display_name'), cwd: find('current_dir') ?? find('cwd') };
}
