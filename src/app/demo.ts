import { mkdirSync, realpathSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePrivateDir } from '../platform/files.ts';
import { DemoLines, type DemoThread, type Ending } from './demo-lines.ts';
import { projectDir, threadOf, transcriptFile } from './demo-places.ts';
import { DEMO_SESSIONS, type DemoAgent, type DemoSession, EARLIER_TODAY, type Stretch } from './demo-sessions.ts';
import { type DemoRequest, randomFrom, requestsOf } from './demo-split.ts';

export { type DemoTicker, demoTicker } from './demo-ticker.ts';

/** A made-up home on disk. */
export interface DemoHome {
  readonly home: string;
  readonly claudeDir: string;
  readonly sessions: readonly DemoSession[];
}

const TOOLS = ['Edit', 'Edit', 'Edit', 'Read', 'Read', 'Read', 'Bash', 'Bash', 'Grep'];
/** A prompt is typed before the request that answers it, a tool's result comes just before it is sent on. */
const PROMPT_BEFORE_MS = 4000;
const RESULT_BEFORE_MS = 900;
const TURN_END_AFTER_MS = 150;

/**
 * Writes the made-up home of LV-145 into an empty directory, in real file formats: seven sessions in four projects whose sums
 * are exactly the table's, with the times of the table moved to `now` (epoch ms). Deterministic; no conversation text.
 */
export function writeDemoHome(dir: string, now: number): DemoHome {
  ensurePrivateDir(dir, { ours: true });
  const home = realpathSync(dir);
  const claudeDir = join(home, '.claude');
  const sessions = [...EARLIER_TODAY, ...DEMO_SESSIONS];
  for (const project of new Set(sessions.map((session) => session.project))) {
    const git = join(projectDir(home, project), '.git');
    mkdirSync(git, { recursive: true, mode: 0o700 });
    writeFileSync(join(git, 'HEAD'), 'ref: refs/heads/main\n', { mode: 0o600 });
  }
  for (const session of sessions) {
    write(transcriptFile(home, session), mainTranscript(session, threadOf(home, session), now));
    for (const agent of session.agents) writeAgent(home, session, agent, now);
  }
  return { home, claudeDir, sessions };
}

interface Written {
  readonly text: string;
  /** Epoch ms of its newest line: the file's time. */
  readonly last: number;
}

function write(file: string, { text, last }: Written): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, text, { mode: 0o600 });
  utimesSync(file, last / 1000, last / 1000);
}

function requests(stretches: readonly Stretch[], now: number, random: () => number): readonly DemoRequest[] {
  return stretches.flatMap((stretch) => requestsOf(stretch, now, random));
}

function mainTranscript(session: DemoSession, thread: DemoThread, now: number): Written {
  const random = randomFrom(session.id);
  const lines = new DemoLines(thread, random);
  const all = requests(session.stretches, now, random);
  const parts = [lines.titles(session.name, session.title)];
  let turnStart = all[0]!.at - PROMPT_BEFORE_MS;
  all.forEach((request, index) => {
    const next = all[index + 1];
    const before = all[index - 1];
    if (request.compacted) parts.push(lines.compaction(request.at - 2 * PROMPT_BEFORE_MS, 178_000, 24_000));
    if (request.prompted) {
      turnStart = Math.max(request.at - PROMPT_BEFORE_MS, (before?.at ?? 0) + TURN_END_AFTER_MS + 1);
      parts.push(lines.prompt(turnStart));
    } else parts.push(lines.toolResult(request.at - RESULT_BEFORE_MS));
    const ending = endingOf(session, next, random);
    parts.push(lines.response(request.at, request.tokens, ending));
    if (ending === 'turn') parts.push(lines.turnEnd(request.at + TURN_END_AFTER_MS, request.at - turnStart));
  });
  if (session.clientCost !== undefined) parts.push(lines.costState(session.clientCost));
  return { text: parts.join(''), last: all.at(-1)!.at };
}

/** A response ends its turn when a prompt or a compaction follows; the newest ends as the table's state wants it. */
function endingOf(session: DemoSession, next: DemoRequest | undefined, random: () => number): Ending {
  if (next === undefined) return session.ends;
  if (next.prompted) return 'turn';
  return { tool: TOOLS[Math.floor(random() * TOOLS.length)]! };
}

function writeAgent(home: string, session: DemoSession, agent: DemoAgent, now: number): void {
  const base = join(transcriptFile(home, session).replace(/\.jsonl$/, ''), 'subagents', `agent-${agent.id}`);
  const random = randomFrom(agent.id);
  const lines = new DemoLines({ ...threadOf(home, session), agentId: agent.id }, random);
  const all = requests(agent.stretches, now, random);
  const parts = [lines.prompt(all[0]!.at - PROMPT_BEFORE_MS)];
  all.forEach((request, index) => {
    const isLast = index === all.length - 1;
    parts.push(
      lines.toolResult(request.at - RESULT_BEFORE_MS),
      lines.response(request.at, request.tokens, isLast && agent.finished ? 'turn' : { tool: 'Read' }),
    );
  });
  write(`${base}.jsonl`, { text: parts.join(''), last: all.at(-1)!.at });
  const { type: agentType, description, finished } = agent;
  const meta = { agentType, isBuiltIn: true, description, spawnDepth: 1, model: session.model, finished };
  writeFileSync(`${base}.meta.json`, JSON.stringify(meta), { mode: 0o600 });
}
