import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { OwnHome } from './own-home.ts';

/* A home in which every field that holds text of a conversation has a sentence with a word of its own. */

export const SID = '5ec80000-0000-4000-8000-00000000ca9a';
const FORK = '5ec80000-0000-4000-8000-00000000f09c';

/** The words, by the field that holds them. None of them may be seen anywhere but in the file it was put into. */
export const CANARIES: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'prompt',
    'promptBlock',
    'answer',
    'thinking',
    'signature',
    'toolInput',
    'toolPath',
    'toolContent',
    'bashThird',
    'bashPipe',
    'toolOutput',
    'toolUseResult',
    'attachment',
    'image',
    'summary',
    'lastPrompt',
    'queued',
    'snapshotPath',
    'compactSummary',
    'systemContent',
    'errorText',
    'progress',
    'unknownField',
    'agentPrompt',
    'history',
    'jobIntent',
    'hookPrompt',
    'hookToolInput',
    'hookToolResponse',
    'hookMessage',
    'hookLast',
    'hookInstructions',
    'hookUnknown',
    'statusUnknown',
    'spilled',
    'malformed',
  ].map((field, i) => [field, `kestrel${i}quartz${field.toLowerCase()}`]),
);

const say = (field: string): string => `Please keep the ${word(field)} sentence private, très privé.`;
const word = (field: string): string => {
  const found = CANARIES[field];
  if (found === undefined) throw new Error(`no canary ${field}`);
  return found;
};

type Line = Readonly<Record<string, unknown>>;
let clock = 0;
let serial = 0;

const line = (type: string, more: Line, session = SID): Line => ({
  type,
  sessionId: session,
  uuid: `0000000${serial++}-aaaa-4000-8000-000000000000`,
  timestamp: new Date(clock++ * 1000 + Date.now() - 120_000).toISOString(),
  cwd: '/nowhere/dev/canary',
  gitBranch: 'main',
  version: '2.1.329',
  isSidechain: false,
  secretField: say('unknownField'),
  ...more,
});

const usage = { input_tokens: 10, output_tokens: 20, cache_creation_input_tokens: 30, cache_read_input_tokens: 40 };
const answer = (content: readonly unknown[], more: Line = {}): Line =>
  line('assistant', {
    requestId: `req_${serial}`,
    message: {
      id: `msg_01${String(serial).padStart(22, 'A')}`,
      role: 'assistant',
      model: 'claude-opus-4-5',
      stop_reason: 'end_turn',
      content,
      usage,
    },
    ...more,
  });
const user = (content: unknown, more: Line = {}): Line => line('user', { message: { role: 'user', content }, ...more });
const tool = (name: string, input: Line): Line => ({ type: 'tool_use', id: `toolu_${serial}`, name, input });

function transcript(): Line[] {
  return [
    user(say('prompt')),
    user([
      { type: 'text', text: say('promptBlock') },
      { type: 'image', source: { type: 'base64', data: say('image') } },
    ]),
    answer([{ type: 'thinking', thinking: say('thinking'), signature: say('signature') }]),
    answer([{ type: 'text', text: say('answer') }, tool('Grep', { pattern: say('toolInput') })]),
    answer([tool('Write', { file_path: `/nowhere/${word('toolPath')}/notes.txt`, content: say('toolContent') })]),
    answer([tool('Bash', { command: `git commit ${word('bashThird')} | tee ${word('bashPipe')}` })]),
    user([{ type: 'tool_result', tool_use_id: 'toolu_1', content: say('toolOutput') }], {
      toolUseResult: { stdout: say('toolUseResult'), usage },
    }),
    line('attachment', { attachment: { type: 'file', content: say('attachment') } }),
    line('queue-operation', { operation: 'enqueue', content: say('queued') }),
    line('last-prompt', { lastPrompt: say('lastPrompt') }),
    line('file-history-snapshot', { snapshot: { trackedFileBackups: { [`/nowhere/${word('snapshotPath')}`]: {} } } }),
    line('system', {
      subtype: 'compact_boundary',
      content: say('systemContent'),
      compactMetadata: { trigger: 'auto', preTokens: 9, postTokens: 5 },
    }),
    user(say('compactSummary'), { isCompactSummary: true }),
    line('progress', { data: { message: { type: 'assistant', message: { content: [{ type: 'text', text: say('progress') }] } } } }),
    answer([{ type: 'text', text: say('errorText') }], { isApiErrorMessage: true, error: 'server_error' }),
    line('summary', { summary: say('summary'), leafUuid: '00000001-aaaa-4000-8000-000000000000' }),
    answer([{ type: 'text', text: say('answer') }]),
  ];
}

const jsonl = (lines: readonly unknown[]): string => lines.map((one) => `${JSON.stringify(one)}\n`).join('');

/** Writes the transcripts, and what the client keeps beside them. */
export function writeCanaryHome({ claude }: OwnHome): void {
  const project = path.join(claude, 'projects/-nowhere-dev-canary');
  const agents = path.join(project, SID, 'subagents');
  const spilled = path.join(project, SID, 'tool-results');
  for (const dir of [agents, spilled]) mkdirSync(dir, { recursive: true });
  const file = path.join(project, `${SID}.jsonl`);
  writeFileSync(file, jsonl(transcript()));
  appendFileSync(file, `{"type":"assistant","message":{"content":"${say('malformed')}\n`);
  writeFileSync(
    path.join(project, `${FORK}.jsonl`),
    jsonl(
      [user(say('prompt')), answer([{ type: 'text', text: say('answer') }])].map((one) => ({
        ...one,
        sessionId: FORK,
        requestSessionId: SID,
      })),
    ),
  );
  writeFileSync(
    path.join(agents, 'agent-1.jsonl'),
    jsonl([user(say('agentPrompt'), { isSidechain: true }), answer([{ type: 'text', text: say('answer') }], { isSidechain: true })]),
  );
  const job = path.join(claude, 'jobs/job1');
  mkdirSync(job, { recursive: true });
  writeFileSync(
    path.join(job, 'state.json'),
    JSON.stringify({ sessionId: SID, state: 'running', intent: say('jobIntent'), updatedAt: Date.now() }),
  );
  writeFileSync(path.join(spilled, 'toolu_1.txt'), say('spilled'));
  writeFileSync(path.join(claude, 'history.jsonl'), jsonl([{ display: say('history'), project: '/nowhere', timestamp: 1 }]));
}

/** What the client hands to hooks, one payload per event. */
export function hookPayloads({ claude }: OwnHome): readonly Line[] {
  const common = {
    session_id: SID,
    transcript_path: path.join(claude, 'projects/-nowhere-dev-canary', `${SID}.jsonl`),
    cwd: '/nowhere/dev/canary',
    permission_mode: 'default',
    secret_field: say('hookUnknown'),
  };
  const call = {
    tool_name: 'Bash',
    tool_use_id: 'toolu_9',
    tool_input: { command: say('hookToolInput'), description: say('hookToolInput') },
  };
  return [
    { hook_event_name: 'SessionStart', source: 'startup', model: 'claude-opus-4-5' },
    { hook_event_name: 'UserPromptSubmit', prompt: say('hookPrompt') },
    { hook_event_name: 'PreToolUse', ...call },
    { hook_event_name: 'PermissionRequest', ...call },
    { hook_event_name: 'PostToolUse', ...call, tool_response: { stdout: say('hookToolResponse') } },
    { hook_event_name: 'PostToolUseFailure', ...call, error: say('hookToolResponse') },
    { hook_event_name: 'Notification', message: say('hookMessage'), title: say('hookMessage'), notification_type: 'permission_prompt' },
    { hook_event_name: 'PreCompact', trigger: 'manual', custom_instructions: say('hookInstructions') },
    { hook_event_name: 'SubagentStop', agent_id: 'a1', last_assistant_message: say('hookLast') },
    { hook_event_name: 'Stop', stop_hook_active: false, last_assistant_message: say('hookLast') },
    { hook_event_name: 'StopFailure', error: 'server_error', error_details: say('hookLast') },
  ].map((event) => ({ ...common, ...event }));
}

/** What the client hands to the statusline. */
export const statusPayload = ({ claude }: OwnHome): Line => ({
  session_id: SID,
  transcript_path: path.join(claude, 'projects/-nowhere-dev-canary', `${SID}.jsonl`),
  cwd: '/nowhere/dev/canary',
  version: '2.1.329',
  model: { id: 'claude-opus-4-5', display_name: 'Opus 4.5' },
  workspace: { current_dir: '/nowhere/dev/canary', project_dir: '/nowhere/dev/canary' },
  output_style: { name: 'default' },
  cost: { total_cost_usd: 0.5, total_duration_ms: 1000, total_api_duration_ms: 500 },
  context_window: { used_percentage: 12, context_window_size: 200_000 },
  last_message: say('statusUnknown'),
  nested: { prompt: say('statusUnknown') },
});
