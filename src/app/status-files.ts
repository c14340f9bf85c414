import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MaterialSources } from '../monitor/health-material.ts';
import { systemProcesses } from '../platform/processes.ts';
import { eventsDir } from '../sessions/journal.ts';
import { currentLoad } from '../sessions/load.ts';
import { pseudonym, readSalt } from '../sessions/pseudonym.ts';
import { publishIndex, publishStatus } from '../sessions/publish.ts';
import type { LiveSession } from '../sessions/session.ts';
import { readSessionRules } from '../sessions/session-rules.ts';
import { type ContextBlock, type StatusBlocks, statusFileOf } from '../sessions/status-file.ts';
import { statusDir, statusFile } from '../sessions/status-folder.ts';
import type { Pseudonyms } from '../sessions/status-index.ts';
import { sweep } from '../sessions/sweep.ts';
import type { App } from './open.ts';

/** A session whose statusline ran this shortly before is published by it. ms */
const STATUSLINE_MS = 60_000;
/** Readers tell staleness from the newest evidence: it is written at least this often while a session speaks. ms */
const EVIDENCE_MS = 60_000;

/**
 * Status files of sessions for which no hook and no statusline runs, and an index that knows who has died (session-state §1, LS-33, LS-40). Nothing is
 * written twice: a session whose print is the same is passed over.
 */
export class StatusFiles {
  private readonly app: App;
  private prints = new Map<string, string>();
  private readonly indexes = new Map<string, string>();

  constructor(app: App) {
    this.app = app;
  }

  /** Brings the files of all Claude directories up to date. */
  publish(sources: MaterialSources): void {
    const { paths, config } = this.app;
    const { rules, load: loadRules, hideNames } = readSessionRules(config);
    const { load, known: loadKnown } = currentLoad(loadRules);
    const hide = hideNames ? this.pseudonyms() : null;
    const journals = journalsIn(paths.stateDir);
    const prints = new Map<string, string>();
    const { now } = sources;
    for (const claudeDir of paths.claudeDirs) {
      const own = sources.live.filter(({ configDir }) => this.dirOf(configDir) === claudeDir);
      let changed = false;
      for (const session of own) {
        if (!this.isOurs(session, journals, sources)) continue;
        const blocks = blocksOf(session, sources, { load, loadKnown, pseudonyms: hide?.(session) ?? null });
        const print = printOf(session, blocks);
        prints.set(session.id, print);
        const isThere = existsSync(statusFile(claudeDir, session.id));
        // Who is gone needs no new file: the one that is there names its processes, by which every reader proves the end.
        const isGone = session.ended !== null && (!isThere || session.ended.reason === 'gone');
        if (isGone || (isThere && this.prints.get(session.id) === print)) continue;
        const build = (previous: Parameters<typeof statusFileOf>[1]) => statusFileOf(session, previous, blocks);
        changed = publishStatus(claudeDir, { id: session.id, version: () => '', build }, now) || changed;
      }
      const index = own.map(({ id, state, alive, stale }) => `${id} ${state} ${alive} ${stale}`).join('\n');
      const isNew = this.indexes.get(claudeDir) !== index || !existsSync(join(statusDir(claudeDir), 'index.json'));
      if (!existsSync(statusDir(claudeDir)) || (!changed && !isNew)) continue;
      this.indexes.set(claudeDir, index);
      const clock = () => this.app.clock.now();
      const view = publishIndex({ claudeDir, stateDir: paths.stateDir, table: systemProcesses, rules, load, clock, hide });
      sweep(claudeDir, paths.stateDir, view, now);
    }
    this.prints = prints;
  }

  private dirOf(configDir: string): string | undefined {
    const { claudeDirs } = this.app.paths;
    return claudeDirs.includes(configDir) ? configDir : claudeDirs[0];
  }

  private isOurs({ id, identity }: LiveSession, journals: ReadonlySet<string>, { captures, now }: MaterialSources): boolean {
    const capture = captures.get(id);
    // A journal that holds our own stop alone (KIL-6) is no sign of a hook: hooks tell where their client runs.
    const hasHooks = journals.has(`${id}.jsonl`) && identity != null;
    return !hasHooks && (capture === undefined || now - capture.at > STATUSLINE_MS);
  }

  private pseudonyms(): (session: LiveSession) => Pseudonyms {
    const salt = readSalt(this.app.paths.dataDir);
    return ({ id, cwd }) => ({ session: pseudonym('session', id, salt), project: pseudonym('project', cwd ?? '', salt) });
  }
}

function journalsIn(stateDir: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(eventsDir(stateDir)));
  } catch {
    return new Set();
  }
}

type Shown = Pick<StatusBlocks, 'load' | 'loadKnown'> & { readonly pseudonyms: Pseudonyms | null };

/** What the ledger and the profiles add to a session's file. */
function blocksOf({ id }: LiveSession, sources: MaterialSources, shown: Shown): StatusBlocks {
  const { account, method, confidence } = sources.book.of(id);
  const session = sources.sessions.get(id);
  return {
    ...shown,
    capture: sources.captures.get(id) ?? null,
    summary: { title: null, profile: { id: account, method, confidence } },
    context: contextOf(session, sources),
  };
}

function contextOf(session: ReturnType<MaterialSources['sessions']['get']>, { contextWindow }: MaterialSources): ContextBlock | null {
  const context = session?.facts.context;
  if (context === undefined) return null;
  const [{ tokens, model }, [, at]] = context;
  const total = model === null ? null : contextWindow(model);
  if (total === null) return null;
  return { known: true, source: 'transcript', at, percent: Math.round((tokens / total) * 1000) / 10, current: tokens, total };
}

/** Changes when the file would say something new. */
function printOf(session: LiveSession, { context, summary }: StatusBlocks): string {
  const { at, ...rest } = session;
  return JSON.stringify([rest, Math.floor(at / EVIDENCE_MS), context?.percent ?? null, summary?.profile ?? null]);
}
