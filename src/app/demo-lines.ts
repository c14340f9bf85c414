import type { TokenCounts } from '../pricing/types.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const HEX = '0123456789abcdef';
export const CLIENT_VERSION = '2.1.329';

/** What the lines of one transcript share. */
export interface DemoThread {
  readonly sessionId: string;
  readonly cwd: string;
  readonly branch: string;
  readonly model: string;
  /** Set for a subagent's file. */
  readonly agentId: string | null;
}

/** A call of a tool, and what it is about: a file's name, a command. */
export interface DemoTool {
  readonly tool: string;
  readonly target?: string;
}

/** How a response ends: with the turn, or with a call of a tool. `alone`: in one line, so that nothing is younger than the request. */
export type Ending = 'turn' | (DemoTool & { readonly alone?: boolean });

/** The call that has no result yet, as the client hands it to its hooks. */
export interface OpenTool {
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Places instead of words: the demo holds no conversation. */
const PROMPT = '(made-up prompt)';
const ANSWER = '(made-up answer)';
const RESULT = '(made-up result)';

type Json = Readonly<Record<string, unknown>>;

/** Writes the lines of one transcript in the form of client 2.1.329, each chained to the one before. */
export class DemoLines {
  readonly #thread: DemoThread;
  readonly #random: () => number;
  #parent: string | null = null;
  #openTool: OpenTool | null = null;
  #turn = 0;

  constructor(thread: DemoThread, random: () => number) {
    this.#thread = thread;
    this.#random = random;
  }

  get openTool(): OpenTool | null {
    return this.#openTool;
  }

  /** The lines that name the session: no time, no uuid, the last one wins. */
  titles(name: string, title: string): string {
    const { sessionId } = this.#thread;
    return (
      line({ type: 'ai-title', aiTitle: title, sessionId }) +
      line({ type: 'custom-title', customTitle: name, sessionId }) +
      line({ type: 'mode', mode: 'normal', sessionId })
    );
  }

  prompt(at: number): string {
    this.#turn += 1;
    const turn = { promptSource: 'typed', turnOrigin: 'human', turnPosition: { promptIndex: this.#turn - 1, turnIndex: this.#turn } };
    return this.#chained(
      at,
      { promptId: this.#uuid(), type: 'user', message: { role: 'user', content: PROMPT } },
      { permissionMode: 'default', ...turn },
    );
  }

  /** The answer of the tool that the newest response called; empty when none waits. */
  toolResult(at: number): string {
    if (this.#openTool === null) return '';
    const content = [{ tool_use_id: this.#openTool.id, type: 'tool_result', content: RESULT, is_error: false }];
    this.#openTool = null;
    return this.#chained(
      at,
      { type: 'user', message: { role: 'user', content } },
      { toolUseResult: RESULT, sourceToolAssistantUUID: this.#parent },
    );
  }

  /** One API response: a line per content block, all with its id and its usage; the first line has its time. */
  response(at: number, tokens: TokenCounts, ending: Ending): string {
    const id = `msg_01${this.#text(LETTERS, 22)}`;
    const requestId = `req_011${this.#text(LETTERS, 21)}`;
    const requestRef = this.#uuid();
    const blocks = this.#blocks(ending);
    const { model } = this.#thread;
    const stop = {
      stop_reason: ending === 'turn' ? 'end_turn' : 'tool_use',
      stop_sequence: null,
      usage: usageOf(tokens),
      stop_details: null,
    };
    return blocks
      .map((block, index) =>
        this.#chained(
          at + index,
          {
            message: { id, type: 'message', role: 'assistant', model, content: [block], ...stop },
            apiBlockIndex: index,
            requestId,
            requestRef,
          },
          { requestedModel: model, promptCacheRequested: tokens.cacheWrite1h > 0 ? '1h' : '5m', type: 'assistant' },
          { effort: 'high', perTurnEffort: 'high', madeBy: 'model' },
        ),
      )
      .join('');
  }

  turnEnd(at: number, durationMs: number): string {
    return this.#chained(at, { type: 'system', subtype: 'turn_duration', durationMs, messageCount: 3 }, {}, { isMeta: false });
  }

  compaction(at: number, preTokens: number, postTokens: number): string {
    const compactMetadata = { trigger: 'auto', preTokens, postTokens };
    return this.#chained(at, {
      type: 'system',
      subtype: 'compact_boundary',
      content: 'Conversation compacted',
      isMeta: false,
      level: 'info',
      compactMetadata,
    });
  }

  /** What the client writes in the place of an answer that did not come. */
  apiError(at: number, error: string, status: number): string {
    this.#openTool = null;
    const usage = usageOf({ input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 });
    const message = {
      id: this.#uuid(),
      type: 'message',
      role: 'assistant',
      model: '<synthetic>',
      content: [{ type: 'text', text: ANSWER }],
    };
    return this.#chained(
      at,
      { message: { ...message, stop_reason: 'stop_sequence', stop_sequence: '', usage } },
      { type: 'assistant', error, isApiErrorMessage: true, apiErrorStatus: status },
    );
  }

  costState(totalCostUSD: number): string {
    return line({ type: 'cost-state', sessionId: this.#thread.sessionId, totalCostUSD, hasUnknownModelCost: false });
  }

  #blocks(ending: Ending): readonly Json[] {
    if (ending === 'turn') return [{ type: 'text', text: ANSWER }];
    this.#openTool = { id: `toolu_01${this.#text(LETTERS, 22)}`, name: ending.tool, input: inputOf(ending, this.#thread.cwd) };
    const call = { type: 'tool_use', ...this.#openTool };
    return ending.alone !== true && this.#random() < 0.71 ? [{ type: 'text', text: ANSWER }, call] : [call];
  }

  #chained(at: number, head: Json, middle: Json = {}, tail: Json = {}): string {
    const { agentId, cwd, sessionId, branch } = this.#thread;
    const uuid = this.#uuid();
    const text = line({
      parentUuid: this.#parent,
      isSidechain: agentId !== null,
      ...(agentId === null ? {} : { agentId }),
      ...head,
      ...middle,
      uuid,
      timestamp: new Date(at).toISOString(),
      ...tail,
      userType: 'external',
      entrypoint: 'cli',
      cwd,
      sessionId,
      version: CLIENT_VERSION,
      gitBranch: branch,
    });
    this.#parent = uuid;
    return text;
  }

  #text(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet[Math.floor(this.#random() * alphabet.length)]).join('');
  }

  #uuid(): string {
    const hex = this.#text(HEX, 30);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-a${hex.slice(15, 18)}-${hex.slice(18)}`;
  }
}

/** A tool's input in the client's form, with nothing in it but the name of what it is about. */
function inputOf({ tool, target }: DemoTool, cwd: string): Json {
  if (target === undefined) return {};
  return tool === 'Bash' ? { command: target } : { file_path: `${cwd}/${target}` };
}

const line = (value: Json): string => `${JSON.stringify(value)}\n`;

const usageOf = (tokens: TokenCounts): Json => ({
  input_tokens: tokens.input,
  cache_creation_input_tokens: tokens.cacheWrite5m + tokens.cacheWrite1h,
  cache_read_input_tokens: tokens.cacheRead,
  output_tokens: tokens.output,
  output_tokens_details: { thinking_tokens: 0 },
  server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
  service_tier: 'standard',
  cache_creation: { ephemeral_1h_input_tokens: tokens.cacheWrite1h, ephemeral_5m_input_tokens: tokens.cacheWrite5m },
  inference_geo: 'global',
  iterations: [],
  speed: 'standard',
  fallback_credit: null,
});
