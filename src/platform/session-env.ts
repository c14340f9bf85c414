/** What a client's environment tells about the account it uses (AP-1); `kind` from the presence of variables alone. */
export interface SessionEnv {
  readonly profile: string | null;
  readonly alias: string | null;
  readonly kind: 'api-key' | 'bedrock' | 'vertex' | 'foundry' | 'gateway' | 'unknown';
  /** The client's process id. */
  readonly pid: number | null;
}

/** The first variable that is set decides. Values of keys and tokens are never read (AP-10). */
const KINDS = [
  ['CLAUDE_CODE_USE_BEDROCK', 'bedrock'],
  ['CLAUDE_CODE_USE_VERTEX', 'vertex'],
  ['CLAUDE_CODE_USE_FOUNDRY', 'foundry'],
  ['ANTHROPIC_BASE_URL', 'gateway'],
  ['ANTHROPIC_API_KEY', 'api-key'],
  ['ANTHROPIC_AUTH_TOKEN', 'api-key'],
] as const;

/** Reads these variables and no others from the environment of the client that started us. */
export function readSessionEnv(source: NodeJS.ProcessEnv = process.env): SessionEnv {
  const text = (name: string) => {
    const value = source[name]?.trim();
    return value === undefined || value === '' ? null : value.slice(0, 200);
  };
  const pid = Number(source.CLAUDE_PID);
  return {
    profile: text('CLAUDE_AUTH_PROFILE'),
    alias: text('CLAUDE_ALIAS') ?? text('CLAUDE_LAUNCH_ALIAS'),
    kind: KINDS.find(([name]) => name in source)?.[1] ?? 'unknown',
    pid: Number.isInteger(pid) && pid > 0 ? pid : null,
  };
}
