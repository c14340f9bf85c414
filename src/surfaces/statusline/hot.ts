import { statSync } from 'node:fs';
import { systemClock } from '../../platform/clock.ts';
import { monotonic } from '../../platform/processes.ts';
import { writeStdoutSync } from '../../platform/stdout.ts';
import { buildCapture, type Capture, type CaptureFacts, publishedMark, readCapture, writeCapture } from '../../sessions/captures.ts';
import { readStdin } from '../../sessions/stdin.ts';
import { terminalText } from '../../text/terminal.ts';
import { printChained, startForeign } from './chain.ts';
import { ownSession } from './facts.ts';
import { reportFault } from './faults.ts';
import { type Foreign, foreignCommand } from './foreign.ts';
import { type Gathered, gather } from './gather.ts';
import { type Input, MAX_INPUT_BYTES, parseInput, salvageInput } from './input.ts';
import { type Rendered, renderLine } from './line.ts';
import { configDirOf, lookOf, prepare, type Setup, usesEmoji } from './setup.ts';

/** SL-1, SEC-41. A drip is not waited for either. */
export const STDIN_LIMITS = { silence: 200, total: 1000, bytes: MAX_INPUT_BYTES + 1 };

/** One run: the client's payload on stdin → the line on stdout. */
export async function runHot(ascii: boolean): Promise<void> {
  // Most files it looks for are absent, and nobody sees where that was noticed: errors without a stack are several times cheaper.
  Error.stackTraceLimit = 0;
  const stdin = readStdin(monotonic, undefined, STDIN_LIMITS);
  await printLine(stdin, ascii, systemClock.now());
}

async function printLine(stdin: Buffer, ascii: boolean, now: number): Promise<void> {
  const text = stdin.length > MAX_INPUT_BYTES ? stdin.toString('utf8', 0, MAX_INPUT_BYTES) : stdin.toString('utf8');
  let setup: Setup | null = null;
  let isPrinted = false;
  const print = (line: string) => {
    isPrinted = true;
    writeStdoutSync(line);
  };
  try {
    setup = prepare(ascii);
    const chain = foreignCommand(setup.statusline);
    // Before anything of our own is done: it runs meanwhile (SL-34).
    const started = chain === null ? null : startForeign(chain, stdin);
    const input = parseInput(text);
    if (input === null) {
      await finish(started, lastGoodLine(setup, text), setup, print);
      return;
    }
    const { line, save } = drawn(setup, input, now);
    if (started === null) {
      print(line);
      // A newer run ends this one with SIGTERM: between write and rename that would leave a temporary behind (SL-7), so it waits for both.
      process.once('SIGTERM', () => process.exit(0));
    }
    // The line comes first (SL-26); with another's line to wait for, the capture is made meanwhile.
    await save();
    if (started !== null) await finish(started, line, setup, print);
  } catch (error) {
    if (!isPrinted) print(lastGoodLine(setup, text));
    if (setup?.stateDir) reportFault(setup.stateDir, error instanceof Error ? error.name : 'unknown', now);
  }
}

async function finish(started: Promise<Foreign> | null, line: string, setup: Setup, print: (text: string) => void): Promise<void> {
  if (started === null) return print(line);
  printChained(await started, line, setup, print);
}

interface Drawn {
  readonly line: string;
  readonly save: () => Promise<void>;
}

function drawn(setup: Setup, input: Input, now: number): Drawn {
  const configDir = configDirOf(setup, input.transcriptPath);
  const look = lookOf(setup, configDir);
  const gathered = gather(setup, input, configDir, look.layout, now);
  const { facts } = gathered;
  const rendered = renderLine({ ...facts, settings: { ...facts.settings, useEmoji: usesEmoji(setup, configDir) } }, look);
  // Blank only where every segment of a person's own rows hides; an empty answer would blank the row.
  const line = rendered.text.trim() === '' ? 'tidemark' : rendered.text;
  return { line, save: () => save(setup, input, configDir, gathered, rendered, now) };
}

/** Keeps what only the statusline is told (SL-25). Nothing here changes the line or the exit code. */
async function save(
  setup: Setup,
  input: Input,
  configDir: string | null,
  gathered: Gathered,
  rendered: Rendered,
  now: number,
): Promise<void> {
  if (setup.stateDir === null) return;
  for (const id of rendered.faults) reportFault(setup.stateDir, `segment ${id}`, now);
  const facts = captureFacts(setup, input, configDir, gathered);
  if (facts === null) return;
  const { merged, previous } = gathered;
  const title = ownSession(gathered.facts)?.title?.text ?? null;
  const mark = publishedMark(facts, title);
  const capture = buildCapture(facts, merged, previous, now, rendered.plain);
  const isPublished = previous?.published === mark || (await published(setup, capture, now));
  const marked = isPublished ? mark : previous?.published;
  writeCapture(setup.stateDir, marked === undefined ? capture : { ...capture, published: marked }, previous);
}

/**
 * Publishes what the status file shows and has changed (SL-27): loaded only then, for most runs repeat what they said. Before the capture is written, so
 * that a run which is ended meanwhile leaves the mark of the last published one, and the next run makes up for it. False when it failed.
 */
async function published({ stateDir, paths, compiled }: Setup, capture: Capture, now: number): Promise<boolean> {
  const { configDir, sessionId } = capture;
  if (stateDir === null || paths === null) return false;
  try {
    // Another home's directory, or one that is gone, is not made anew.
    if (statSync(configDir, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
    const { publishOwn } = await import('../../sessions/publish-own.ts');
    const { dataDir } = paths;
    const config = compiled?.config ?? null;
    return !publishOwn({ stateDir, dataDir, claudeDir: configDir, sessionId, config, clock: systemClock.now, capture }, now).failed;
  } catch (error) {
    reportFault(stateDir, `publish ${error instanceof Error ? error.name : 'unknown'}`, now);
    return false;
  }
}

function captureFacts({ session, hidesNames }: Setup, input: Input, configDir: string | null, { merged }: Gathered): CaptureFacts | null {
  const { sessionId, version, cwd, transcriptPath, model, context, cost, cache, effort } = input;
  // A name nobody may be shown is not kept either (LS-27).
  const sessionName = hidesNames ? null : input.sessionName;
  if (sessionId === null || configDir === null) return null;
  const isSubscriber = merged.quota.five_hour !== undefined || merged.quota.seven_day !== undefined;
  const identity = {
    configDir,
    ...(session.profile === null ? {} : { profileEnv: session.profile }),
    ...(session.alias === null ? {} : { alias: session.alias }),
    kind: isSubscriber ? 'subscription' : session.kind,
    ...(session.pid === null ? {} : { pid: session.pid }),
  };
  return { sessionId, configDir, version, cwd, transcriptPath, sessionName, model, context, cost, cache, effort, identity };
}

/** SL-30: the session's last good line, else what can be read out of a broken payload, else our name; marked, never empty. */
function lastGoodLine(setup: Setup | null, text: string): string {
  const mark = setup?.settings.ascii ? '!' : '⚠';
  try {
    const { sessionId, model, cwd } = salvageInput(text);
    const last = sessionId === null || setup?.stateDir == null ? '' : (readCapture(setup.stateDir, sessionId)?.lastLine ?? '');
    const lines = last.split('\n').flatMap((line) => terminalText(line, 500) || []);
    if (lines.length > 0) return `${lines.join('\n')} ${mark}`;
    const dir = setup?.hidesNames ? null : cwd?.split(/[/\\]+/).findLast((part) => part !== '');
    const parts = [model, dir].flatMap((part) => (part == null ? [] : terminalText(part, 64) || []));
    if (parts.length > 0) return asciiOnly(`${parts.join(' ')} ${mark}`, setup);
  } catch {
    // Our name is left.
  }
  return `tidemark ${mark}`;
}

const asciiOnly = (text: string, setup: Setup | null): string => (setup?.settings.ascii ? text.replace(/[^ -~]/g, '?') : text);
