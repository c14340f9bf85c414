import type { Json } from '../homes.ts';

/** Model ids of the homes; what they cost per token is worked out beside each home, from reference prices in USD per million. */
export const OPUS_5_5 = 'claude-opus-5-5';
export const SONNET_4_6 = 'claude-sonnet-4-6';
export const HAIKU_4_5 = 'claude-haiku-4-5-20251001';

/** An id of the vendor's form. */
export const msg = (name: string): string => `msg_01${name.replace(/[^a-z0-9]/gi, '').padEnd(20, '0')}`;

/** A session's id by a number of its own; no two homes share one. */
export const sid = (number: string): string => `${number.padStart(8, '0')}-0000-4000-8000-0000000000aa`;

/** What an answer's line says. `use` = tokens: input, output, 5-minute write, 1-hour write, read. */
export interface Answer {
  readonly id: string | null;
  readonly session?: string;
  readonly at?: unknown;
  readonly model?: string | null;
  readonly use: readonly [input: number, output: number, write5m?: number, write1h?: number, read?: number];
  readonly stop?: string | null;
  /** Fields over the line's own, over the message's and over the usage's; undefined takes a field away. */
  readonly line?: Json;
  readonly message?: Json;
  readonly usage?: Json;
}

/** A line as the client writes one. */
export const answer = (a: Answer): string => JSON.stringify(answerObject(a));

export function answerObject({ id, session, at, model = SONNET_4_6, use, stop = 'end_turn', line, message, usage }: Answer): Json {
  const [input, output, write5m = 0, write1h = 0, read = 0] = use;
  return {
    parentUuid: null,
    isSidechain: false,
    cwd: '/nowhere/hand/app',
    sessionId: session,
    version: '2.1.329',
    type: 'assistant',
    uuid: `u-${id}-${String(at)}-${output}`,
    timestamp: at,
    requestId: id === null ? undefined : `req_${id}`,
    ...line,
    message: {
      id: id ?? undefined,
      role: 'assistant',
      model,
      content: [],
      stop_reason: stop,
      usage: {
        input_tokens: input,
        output_tokens: output,
        cache_creation_input_tokens: write5m + write1h,
        cache_read_input_tokens: read,
        cache_creation: { ephemeral_5m_input_tokens: write5m, ephemeral_1h_input_tokens: write1h },
        ...usage,
      },
      ...message,
    },
  };
}

/** A line of a person or of a tool, which is no usage. */
export const user = (session: string, at: string, more: Json = {}): string =>
  JSON.stringify({
    type: 'user',
    uuid: `u-${session}-${at}`,
    sessionId: session,
    timestamp: at,
    message: { role: 'user', content: 'go on' },
    ...more,
  });

/** Lines as a file's content, each ended by a line feed. */
export const file = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
