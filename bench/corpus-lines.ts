import type { Dice } from './random.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const WORDS = [
  'const',
  'return',
  'await',
  'import',
  'the',
  'request',
  'value',
  'session',
  'error',
  '=>',
  '{',
  '}',
  '();',
  'test',
  'index',
  'when',
  '\\"name\\"',
];

/** A long piece of text that is already escaped for JSON; lines take slices of it. Made once. */
export function filler(dice: Dice, characters: number): string {
  const parts: string[] = [];
  for (let length = 0; length < characters; ) {
    const part = `${dice.pick(WORDS)}${dice.chance(0.12) ? '\\n' : ' '}`;
    parts.push(part);
    length += part.length;
  }
  return parts.join('');
}

/** What all lines of one transcript share. */
export interface Thread {
  readonly sessionId: string;
  readonly cwd: string;
  readonly branch: string;
  readonly model: string;
  /** Agent id of a subagent's file, else null. */
  readonly agent: string | null;
}

export class LineWriter {
  readonly #dice: Dice;
  readonly #text: string;
  readonly #thread: Thread;
  readonly #tail: string;
  #parent = 'null';
  #cacheRead = 0;

  constructor(dice: Dice, text: string, thread: Thread) {
    this.#dice = dice;
    this.#text = text;
    this.#thread = thread;
    this.#tail = `"userType":"external","entrypoint":"cli","cwd":"${thread.cwd}","sessionId":"${thread.sessionId}","version":"2.1.237","gitBranch":"${thread.branch}"`;
  }

  /** A person's prompt. */
  prompt(at: number): string {
    return this.#chained(
      at,
      `"promptId":"${this.#dice.uuid()}","type":"user","message":{"role":"user","content":"${this.#slice(this.#dice.int(20, 600))}"}`,
    );
  }

  /** The lines of one API response: one content block each, the same usage on all of them (transcripts §5). */
  response(at: number): readonly string[] {
    const dice = this.#dice;
    const roll = dice.next();
    const blocks = roll < 0.29 ? 1 : roll < 0.8 ? 2 : roll < 0.955 ? 3 : dice.int(4, 8);
    const id = `msg_01${dice.text(LETTERS, 22)}`;
    const request = `req_011${dice.text(LETTERS, 21)}`;
    const created = dice.int(200, 6000);
    const hour = dice.chance(0.6) ? created : 0;
    const output = dice.int(40, 2400);
    // The prompt grows until a compaction cuts it.
    this.#cacheRead = this.#cacheRead > 160_000 ? dice.int(15_000, 30_000) : this.#cacheRead + created;
    const grows = dice.chance(0.19);
    const usage = (out: number) =>
      `"usage":{"input_tokens":${dice.int(3, 40)},"cache_creation_input_tokens":${created},"cache_read_input_tokens":${this.#cacheRead},"output_tokens":${out},` +
      `"server_tool_use":{"web_search_requests":0,"web_fetch_requests":0},"service_tier":"standard",` +
      `"cache_creation":{"ephemeral_1h_input_tokens":${hour},"ephemeral_5m_input_tokens":${created - hour}},"inference_geo":"","iterations":[],"speed":"standard"}`;
    return Array.from({ length: blocks }, (_, index) => {
      const last = index === blocks - 1;
      const out = usage(grows && !last ? dice.int(1, 8) : output);
      const message =
        `"message":{"id":"${id}","type":"message","role":"assistant","model":"${this.#thread.model}","content":[${this.#block(index, last)}],` +
        `"stop_reason":${last ? '"tool_use"' : 'null'},"stop_sequence":null,${out}},"requestId":"${request}","type":"assistant"`;
      return this.#chained(at + index * 400, message);
    });
  }

  /** What a tool answered: the bulk of a transcript's bytes. */
  toolResult(at: number, characters: number): string {
    const text = this.#slice(characters);
    return this.#chained(
      at,
      `"type":"user","message":{"role":"user","content":[{"tool_use_id":"toolu_01${this.#dice.text(LETTERS, 22)}","type":"tool_result","content":"${text}"}]},` +
        `"toolUseResult":{"stdout":"${this.#slice(characters >> 3)}","stderr":"","interrupted":false}`,
    );
  }

  attachment(at: number): string {
    return this.#chained(
      at,
      `"attachment":{"type":"edited_text_file","filename":"src/index.ts","snippet":"${this.#slice(this.#dice.int(200, 3000))}"},"type":"attachment"`,
    );
  }

  progress(at: number): string {
    return this.#chained(
      at,
      `"type":"progress","data":{"type":"bash_progress","output":"${this.#slice(this.#dice.int(50, 900))}","elapsedTimeSeconds":3,"totalLines":4}`,
    );
  }

  snapshot(): string {
    return `{"type":"file-history-snapshot","messageId":"${this.#dice.uuid()}","snapshot":{"trackedFileBackups":{}},"isSnapshotUpdate":false}\n`;
  }

  /** Lines of a few words: modes, last prompts, turn times. */
  small(at: number): string {
    const { sessionId } = this.#thread;
    const kind = this.#dice.int(0, 2);
    if (kind === 0) return `{"type":"permission-mode","permissionMode":"default","sessionId":"${sessionId}"}\n`;
    if (kind === 1)
      return `{"type":"last-prompt","lastPrompt":"${this.#slice(60)}","leafUuid":"${this.#dice.uuid()}","sessionId":"${sessionId}"}\n`;
    return this.#chained(at, `"type":"system","subtype":"turn_duration","durationMs":${this.#dice.int(900, 90_000)},"messageCount":3`);
  }

  title(): string {
    return `{"type":"ai-title","aiTitle":"${this.#slice(30).replaceAll(/[^a-zA-Z ]/g, '')}","sessionId":"${this.#thread.sessionId}"}\n`;
  }

  #chained(at: number, body: string): string {
    const uuid = this.#dice.uuid();
    const agent = this.#thread.agent === null ? '' : `"agentId":"${this.#thread.agent}",`;
    const line = `{"parentUuid":${this.#parent},"isSidechain":${this.#thread.agent !== null},${agent}${body},"uuid":"${uuid}","timestamp":"${new Date(at).toISOString()}",${this.#tail}}\n`;
    this.#parent = `"${uuid}"`;
    return line;
  }

  #block(index: number, last: boolean): string {
    const dice = this.#dice;
    if (last)
      return `{"type":"tool_use","id":"toolu_01${dice.text(LETTERS, 22)}","name":"Bash","input":{"command":"${this.#slice(dice.int(20, 1200))}"}}`;
    if (index === 0 && dice.chance(0.5))
      return `{"type":"thinking","thinking":"","signature":"${dice.text(LETTERS, 12)}${this.#slice(600)}"}`;
    return `{"type":"text","text":"${this.#slice(dice.int(40, 1200))}"}`;
  }

  /** A slice that does not cut an escape in two. */
  #slice(characters: number): string {
    const from = this.#dice.int(0, this.#text.length - characters - 1);
    const slice = this.#text.slice(from, from + characters);
    const start = slice.indexOf(' ') + 1;
    const end = slice.lastIndexOf(' ');
    return end > start ? slice.slice(start, end) : 'x'.repeat(Math.min(characters, 40));
  }
}
