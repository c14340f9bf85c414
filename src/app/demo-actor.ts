import { appendFileSync, utimesSync, writeFileSync } from 'node:fs';
import { costOf } from '../pricing/cost.ts';
import { builtinTable } from '../pricing/table.ts';
import type { TokenCounts } from '../pricing/types.ts';
import { appendEvent, journalFile } from '../sessions/journal.ts';
import { DemoCaptures } from './demo-captures.ts';
import { clientOf } from './demo-cast.ts';
import type { DemoTool } from './demo-lines.ts';
import { agentBase, type DemoPlaces, transcriptFile } from './demo-places.ts';
import type { DemoProcesses } from './demo-processes.ts';
import { DemoRecord } from './demo-registry.ts';
import { anyTool, type DemoScribe } from './demo-scribe.ts';
import type { DemoSession } from './demo-sessions.ts';
import { randomFrom } from './demo-split.ts';
import { REQUEST_MS, type Told, usageOf } from './demo-story.ts';

export interface DemoStageOfLive {
  readonly places: DemoPlaces;
  readonly processes: DemoProcesses;
  /** When the table of LV-145 holds, epoch ms. */
  readonly origin: number;
}

/** Above this part of its window a context is compacted by itself. */
const FULL = 0.97;
/** haiku prompts stay below the dearer tier. Tokens. */
const HAIKU_FULL = 95_000;
const COMPACTED_TO = 24_000;
/** Numbers of processes that sessions are taken up in again. */
const LATER_PIDS = 21_310;

/** One living session: what it does appears in its transcript, its journal, the registry and its capture, as the client does it. Times in epoch ms. */
export class DemoActor {
  readonly session: DemoSession;
  readonly #stage: DemoStageOfLive;
  readonly #scribe: DemoScribe;
  readonly #captures: DemoCaptures;
  readonly #random: () => number;
  readonly #full: number;
  #record: DemoRecord;
  #context: number;
  #usd: number;
  #apiMs: number;
  #turnStart: number;
  #restarts = 0;

  constructor(stage: DemoStageOfLive, session: DemoSession, { scribe, figures }: Told) {
    const { places, processes, origin } = stage;
    const client = clientOf(session.name);
    this.session = session;
    this.#stage = stage;
    this.#scribe = scribe;
    this.#captures = new DemoCaptures(places, session);
    this.#random = randomFrom(`${session.id} live`);
    this.#full = session.model === 'claude-haiku-5-5' ? HAIKU_FULL : client.window * FULL;
    this.#context = figures.context;
    this.#usd = figures.usd;
    this.#apiMs = figures.apiMs;
    this.#turnStart = origin - client.since * 1000;
    const { pid, pane } = client;
    this.#record = new DemoRecord(places, processes, session, { pid, pane, startedAt: origin - client.started * 1000 });
    if (client.left === undefined) this.#record.write({ ...client, since: origin - client.since * 1000 });
    else this.#record.remove();
    this.#captures.first(this.#figures(), origin);
  }

  /** A person types. */
  prompt(at: number): void {
    this.#turnStart = at;
    this.#scribe.prompt(at);
    this.#status('busy', at);
    this.#flush(at);
  }

  /** One more request; with a tool that a person must agree to, or that asks them, the session waits then. */
  work(at: number, waits?: DemoTool): void {
    if (this.#context > this.#full) this.#compact(at - 5, at - 3);
    this.#scribe.toolResult(at - 2);
    this.#respond(at - 1, waits ?? anyTool(this.#random));
    if (waits !== undefined) {
      this.#scribe.asks(at);
      this.#status('waiting', at, waits.tool === 'AskUserQuestion' ? 'input needed' : 'permission prompt');
    }
    this.#flush(at, true);
  }

  /** A person has agreed or answered: the tool runs. */
  answered(at: number): void {
    this.#scribe.toolResult(at);
    this.#status('busy', at);
    this.#flush(at);
  }

  /** The turn is over. */
  stop(at: number): void {
    this.#scribe.toolResult(at - 2);
    this.#respond(at - 1, 'turn');
    this.#scribe.turnEnd(at, at - this.#turnStart);
    this.#status('idle', at);
    this.#flush(at, true);
  }

  /** The API refuses. */
  fail(at: number, error: string, status: number): void {
    this.#scribe.toolResult(at - 2);
    this.#scribe.fails(at, error, status);
    this.#status('idle', at);
    this.#flush(at);
  }

  compactionBegins(at: number): void {
    this.#scribe.toolResult(at - 2);
    this.#scribe.compactionBegins(at);
    this.#flush(at);
  }

  compactionEnds(at: number): void {
    this.#scribe.compactionEnds(at - 1, this.#context, COMPACTED_TO);
    this.#context = COMPACTED_TO;
    this.#flush(at, true);
  }

  #compact(begins: number, ends: number): void {
    this.#scribe.toolResult(begins - 1);
    this.#scribe.compactionBegins(begins);
    this.#scribe.compactionEnds(ends, this.#context, COMPACTED_TO);
    this.#context = COMPACTED_TO;
  }

  /** Another process takes the session up. What its record says first, nobody here knows. */
  resume(at: number): void {
    const { places, processes } = this.#stage;
    const pid = LATER_PIDS + 7 * this.#restarts++ + (clientOf(this.session.name).pid % 7);
    this.#record = new DemoRecord(places, processes, this.session, { pid, pane: clientOf(this.session.name).pane, startedAt: at });
    this.#scribe.movedTo(pid, processes.procStart(pid));
    this.#scribe.hook(at, 'SessionStart', { source: 'resume' });
    this.#status('starting', at);
    this.#flush(at);
  }

  /** The person leaves. */
  leave(at: number): void {
    this.#scribe.hook(at, 'SessionEnd', { reason: 'prompt_input_exit' });
    this.#flush(at);
    this.#record.remove();
  }

  agentStops(at: number, index: number): void {
    const agent = this.session.agents[index];
    if (agent === undefined || !this.#scribe.agents.has(agent.id)) return;
    this.#scribe.agentStops(at, agent.id);
    this.#flush(at);
    const { type: agentType, description } = agent;
    const meta = { agentType, isBuiltIn: true, description, spawnDepth: 1, model: this.session.model, finished: true };
    writeFileSync(`${agentBase(this.#stage.places.home, this.session, agent)}.meta.json`, JSON.stringify(meta), { mode: 0o600 });
  }

  #respond(at: number, ending: DemoTool | 'turn'): void {
    const tokens = this.#tokens();
    this.#scribe.response(at, tokens, ending === 'turn' ? ending : { ...ending, alone: true });
    this.#usd += (costOf(builtinTable(), { ...usageOf(this.session), tokens, at }) ?? 0) / 1e9;
    this.#apiMs += REQUEST_MS;
  }

  /** What is written to the cache now is read from it next time. */
  #tokens(): TokenCounts {
    const written = 100 + Math.floor(this.#random() * 500);
    const hour = this.session.model !== 'claude-haiku-5-5';
    const tokens = {
      input: 4 + Math.floor(this.#random() * 20),
      output: 40 + Math.floor(this.#random() ** 2 * 600),
      cacheWrite5m: hour ? 0 : written,
      cacheWrite1h: hour ? written : 0,
      cacheRead: this.#context,
    };
    this.#context += written;
    return tokens;
  }

  #figures() {
    return { context: this.#context, usd: this.#usd, apiMs: this.#apiMs, pid: this.#record.pid };
  }

  #status(status: string, since: number, waitingFor?: string): void {
    this.#record.write({ status, since, waitingFor });
  }

  /** Writes down what was told; with `runs` the statusline runs too. */
  #flush(at: number, runs = false): void {
    const { text, events } = this.#scribe.take();
    const { places, origin } = this.#stage;
    if (text !== '') {
      const file = transcriptFile(places.home, this.session);
      appendFileSync(file, text);
      // The demo's clock may be another than the machine's.
      utimesSync(file, at / 1000, at / 1000);
    }
    const journal = journalFile(places.stateDir, this.session.id);
    for (const event of events) appendEvent(journal, event, at);
    if (runs) this.#captures.run(this.#figures(), origin, at);
  }
}
