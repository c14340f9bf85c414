/* Lines of transcripts, for tests of what follows them. */

let serial = 0;
/** Number of a message that no other line has. */
export const freshId = (): number => serial++;

export interface ResponseLine {
  /** Epoch ms. */
  readonly at: number;
  readonly session?: string;
  /** Number of its message: lines of one message are parts of one response. */
  readonly id?: number;
  readonly cwd?: string;
  readonly branch?: string;
  readonly model?: string;
  readonly sidechain?: boolean;
  readonly agent?: string;
  readonly tool?: string;
  readonly command?: string;
  /** Absent = as its content says; null = not told yet. */
  readonly stop?: string | null;
  readonly input: number;
  readonly output: number;
  readonly write?: number;
  readonly read?: number;
}

/** One line of a response of an Opus; of `tool` it used, where it used one. */
export function responseLine({
  session = 's1',
  id = freshId(),
  cwd = '/p/api',
  model = 'claude-opus-5-5',
  tool,
  ...more
}: ResponseLine): string {
  const usage = {
    input_tokens: more.input,
    output_tokens: more.output,
    cache_creation_input_tokens: more.write,
    cache_read_input_tokens: more.read,
  };
  return `${JSON.stringify({
    type: 'assistant',
    sessionId: session,
    cwd,
    gitBranch: more.branch,
    isSidechain: more.sidechain,
    agentId: more.agent,
    timestamp: new Date(more.at).toISOString(),
    uuid: `u${freshId()}`,
    message: {
      id: `msg_${String(id).padStart(20, '0')}`,
      model,
      stop_reason: more.stop === undefined ? (tool === undefined ? 'end_turn' : 'tool_use') : more.stop,
      content: tool === undefined ? [] : [{ type: 'tool_use', name: tool, input: { command: more.command } }],
      usage,
    },
  })}\n`;
}
