import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULTS } from './defaults.ts';
import { checkConfig, loadConfig, MAX_CONFIG_BYTES } from './load.ts';
import { ConfigError, problemLine } from './problems.ts';
import { envNames, SETTING_BY_KEY } from './schema.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-config-'));
  file = join(folder, 'config.yaml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const loadError = async (env = {}, flags = {}): Promise<ConfigError> => {
  const error = await loadConfig(file, env, flags).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigError);
  return error as ConfigError;
};

const SEED_003 = `# Data sources
claude_config_dirs:
  - ~/.config/claude/projects/
  - ~/.claude/projects/

# Monitoring
watch_interval: 1s
update_frequency: 1s
session_retention: 720h  # 30 days

# Performance
worker_pool_size: 5
cache_size: 100
batch_window: 100ms

# Display
default_mode: live
color_enabled: true
refresh_rate: 1s

# Storage
db_path: ~/.config/token-monitor/sessions.db
cache_dir: ~/.config/token-monitor/cache/
`;

test('UR-110…120: a file of seed 003 gives exactly twelve hints, each with its place and the new key', async () => {
  writeFileSync(file, SEED_003);
  const problems = await checkConfig(file);
  expect(problems.map((problem) => problem.kind)).toEqual(Array(12).fill('old-key'));
  expect(problems.map((problem) => [problem.line, problem.key, /is now (\S+)/.exec(problem.message)?.[1]])).toEqual([
    [2, 'claude_config_dirs', 'claude.dirs'],
    [7, 'watch_interval', 'watch.pollInterval'],
    [8, 'update_frequency', 'live.refreshInterval'],
    [9, 'session_retention', 'ledger.keep'],
    [12, 'worker_pool_size', 'ingest.workers'],
    [13, 'cache_size', 'live.maxSessions'],
    [14, 'batch_window', 'watch.debounce'],
    [17, 'default_mode', 'live.mode'],
    [18, 'color_enabled', 'display.color'],
    [19, 'refresh_rate', 'live.refreshInterval'],
    [22, 'db_path', 'ledger.path'],
    [23, 'cache_dir', 'paths.state'],
  ]);
});

test('UR-122: without a file every value is the default', async () => {
  const { config, origins } = await loadConfig(file, {});
  expect(config).toEqual(DEFAULTS);
  expect([...origins.keys()]).toEqual([...SETTING_BY_KEY.keys()]);
  expect(new Set(origins.values())).toEqual(new Set(['default']));
});

const price = '{"pattern":"claude-quasar-*","input":1,"output":5,"cacheRead":0.1}';
const priceRead = {
  pattern: 'claude-quasar-*',
  from: null,
  to: null,
  input: 1,
  output: 5,
  cacheRead: 0.1,
};

const chained = (given: object) => ({ mode: 'collect', timeout: 2000, command: null, ...given });

/** key, YAML value, text in the environment, text of a flag, and what each becomes. */
const LAYERS: readonly (readonly [string, string, string, unknown, unknown, unknown, unknown])[] = [
  ['claude.dirs', '[~/a]', '~/b,~/c', ['/d'], ['~/a'], ['~/b', '~/c'], ['/d']],
  ['watch.pollInterval', '2s', '500ms', '3s', 2000, 500, 3000],
  ['watch.debounce', '100ms', '0ms', '1s', 100, 0, 1000],
  ['live.refreshInterval', '1', '0.5', '2s', 1000, 500, 2000],
  ['live.maxSessions', '10', '20', '30', 10, 20, 30],
  ['live.mode', 'compact', 'table', 'json', 'compact', 'table', 'json'],
  ['live.account', '[work]', 'home', 'a,b', ['work'], ['home'], ['a', 'b']],
  ['live.filter', '"cost>1"', 'is:mine', 'state:W', 'cost>1', 'is:mine', 'state:W'],
  ['live.sort', 'cost', 'rate', 'ctx', 'cost', 'rate', 'ctx'],
  ['live.group', 'project', 'account', 'none', 'project', 'account', 'none'],
  ['live.mouse', 'true', 'no', true, true, false, true],
  ['live.readOnly', 'true', '0', true, true, false, true],
  ['live.bell', 'true', 'off', true, true, false, true],
  ['live.title', 'true', 'false', true, true, false, true],
  ['ledger.path', '~/l.db', '/e.db', 'none', '~/l.db', '/e.db', null],
  ['ledger.keep', '720h', 'forever', '30d', 2_592_000_000, 'forever', 2_592_000_000],
  ['ingest.workers', '2', '3', '4', 2, 3, 4],
  ['display.color', 'always', 'never', 'auto', 'always', 'never', 'auto'],
  ['display.timezone', 'utc', 'Asia/Kathmandu', 'local', 'utc', 'Asia/Kathmandu', 'local'],
  ['display.weekStart', 'sunday', 'saturday', 'monday', 'sunday', 'saturday', 'monday'],
  ['display.theme', 'dark', 'deutan', 'mono', 'dark', 'deutan', 'mono'],
  ['display.ascii', 'true', 'no', true, true, false, true],
  ['display.emoji', 'true', 'no', true, true, false, true],
  ['display.hour12', 'true', 'no', true, true, false, true],
  ['display.ambiguousWide', 'true', 'no', true, true, false, true],
  ['display.screenReader', 'true', 'no', true, true, false, true],
  ['display.showAuthProfile', 'true', 'false', 'auto', true, false, 'auto'],
  ['statusline.layout', 'classic', 'minimal', 'powerline', 'classic', 'minimal', 'powerline'],
  ['statusline.segments', '[dir, cost]', '[["dir"],["cost"]]', 'none', ['dir', 'cost'], [['dir'], ['cost']], null],
  ['statusline.separator', '" / "', '|', 'none', ' / ', '|', null],
  ['statusline.theme', 'classic', 'safe', 'mono', 'classic', 'safe', 'mono'],
  ['statusline.glyphs', 'plain', 'arrows', 'plain', 'plain', 'arrows', 'plain'],
  ['statusline.ascii', 'true', 'no', true, true, false, true],
  ['statusline.useEmoji', 'false', 'yes', false, false, true, false],
  ['statusline.width', '80', '100', 'none', 80, 100, null],
  ['statusline.reserve', '0', '8', '2', 0, 8, 2],
  ['statusline.padding', '1', '2', '3', 1, 2, 3],
  ['statusline.maxWidth', '80', '100', 'none', 80, 100, null],
  ['statusline.maxLines', '1', '2', '10', 1, 2, 10],
  ['statusline.links', 'on', 'off', 'on', 'on', 'off', 'on'],
  ['statusline.warning', '60', '65.5', '50', 60, 65.5, 50],
  ['statusline.critical', '80', '85', '95', 80, 85, 95],
  [
    'statusline.chain',
    '{mode: below}',
    '{"command":"x"}',
    { mode: 'off' },
    chained({ mode: 'below' }),
    chained({ command: 'x' }),
    chained({ mode: 'off' }),
  ],
  ['sessions.idleAfter', '15m', '1h', '20m', 900_000, 3_600_000, 1_200_000],
  ['sessions.staleAfter', '10m', '2h', '1m', 600_000, 7_200_000, 60_000],
  ['load.profile', 'quiet', 'fast', 'x', 'quiet', 'fast', 'x'],
  ['load.ok', '4', '2.5', 'none', 4, 2.5, null],
  ['paths.state', '~/s', '/e', '/f', '~/s', '/e', '/f'],
  ['log.level', 'debug', 'warn', 'error', 'debug', 'warn', 'error'],
  ['burn.moderate', '100', '200', '300', 100, 200, 300],
  ['burn.high', '1000', '2000.5', '3000', 1000, 2000.5, 3000],
  ['limits.tokensPerDay', '80M', '500,000', '1.5M', 80_000_000, 500_000, 1_500_000],
  ['limits.tokensPerWindow', 'max', '88K', 'none', 'max', 88_000, null],
  ['limits.costPerDay', '25', '12.50', 'none', 25, 12.5, null],
  ['limits.plan', 'max5', 'pro', 'none', 'max5', 'pro', null],
  ['limits.count', 'work', 'all', 'work', 'work', 'all', 'work'],
  ['window.floor', '10m', '1h', 'none', 600_000, 3_600_000, null],
  ['window.hours', '2', '7.5', '24', 2, 7.5, 24],
  ['pricing.overrides', `[${price}]`, '[]', `[${price}]`, [priceRead], [], [priceRead]],
  ['pricing.batch', 'true', 'no', true, true, false, true],
  ['projects.aliases', '{/a: one}', '{"/b":"two"}', { '/c': 'three' }, { '/a': 'one' }, { '/b': 'two' }, { '/c': 'three' }],
  ['projects.include', '[api*]', 'x,y', 'z', ['api*'], ['x', 'y'], ['z']],
  ['projects.exclude', '[old]', 'x,y', 'z', ['old'], ['x', 'y'], ['z']],
  ['state.format', 'yaml', 'json', 'yaml', 'yaml', 'json', 'yaml'],
  ['state.legacyFiles', 'on', 'off', 'auto', 'on', 'off', 'auto'],
  ['state.archive', 'off', 'on', 'off', 'off', 'on', 'off'],
  ['thresholds.transcriptStaleMinutes', '10', '0.5', '60', 10, 0.5, 60],
  ['thresholds.contextWarningPercent', '60', '75', '90', 60, 75, 90],
  ['thresholds.budgetWarningPercent', '60', '75', '90', 60, 75, 90],
  ['context.compactionPercent', '60', '75', '90', 60, 75, 90],
  ['alerts.secrets', 'on', 'off', 'on', 'on', 'off', 'on'],
  ['privacy.names', 'hide', 'show', 'hide', 'hide', 'show', 'hide'],
  ['privacy.actions', 'tool', 'target', 'tool', 'tool', 'target', 'tool'],
  ['privacy.preview', 'true', 'no', true, true, false, true],
  ['privacy.encryptMetadata', 'true', 'no', 'yes', true, false, true],
  ['privacy.metadataKeyFile', '~/k', '/e', 'none', '~/k', '/e', null],
];

test('UR-110…122: the table names every key there is', () => {
  expect(LAYERS.map(([key]) => key)).toEqual([...SETTING_BY_KEY.keys()]);
});

describe('UR-122: file < environment < flag', () => {
  const valueAt = (config: object, key: string) =>
    key.split('.').reduce<unknown>((value, part) => (value as Readonly<Record<string, unknown>>)[part], config);

  test.each(LAYERS)('%s', async (key, yaml, envText, flag, fromFile, fromEnv, fromFlag) => {
    const [section, name] = key.split('.');
    writeFileSync(file, `${section}:\n  ${name}: ${yaml}\n`);
    const env = { [envNames(key)[0]!]: envText };
    const seen = [];
    for (const [given, flags] of [
      [{}, {}],
      [env, {}],
      [env, { [key]: flag }],
    ] as const) {
      const { config, origins } = await loadConfig(file, given, flags);
      seen.push([valueAt(config, key), origins.get(key)]);
    }
    expect(seen).toEqual([
      [fromFile, 'file'],
      [fromEnv, 'env'],
      [fromFlag, 'flag'],
    ]);
  });

  test('UR-110, UR-119: CLAUDE_CONFIG_DIR and TIDEMARK_DB are read as what they set; an empty variable is none', async () => {
    const { config, origins } = await loadConfig(file, { CLAUDE_CONFIG_DIR: ' /a , ,~/b', TIDEMARK_DB: '/x.db', TIDEMARK_LOG_LEVEL: '' });
    expect(config.claude.dirs).toEqual(['/a', '~/b']);
    expect(config.ledger.path).toBe('/x.db');
    expect([origins.get('claude.dirs'), origins.get('ledger.path'), origins.get('log.level')]).toEqual(['env', 'env', 'default']);
  });

  test('the key without inner underscores works too', () => {
    expect(envNames('watch.pollInterval')).toEqual(['TIDEMARK_WATCH_POLL_INTERVAL', 'TIDEMARK_WATCH_POLLINTERVAL']);
  });
});

const bomb = `a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n`;

/** name, content, the expected line after `config.yaml` */
const BROKEN: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
  ['an unclosed bracket', 'claude:\n  dirs: [a, b\n', /^:\d+:\d+: Flow sequence in block collection must be sufficiently indented/],
  ['a tab for an indent', 'display:\n\ttheme: dark\n', /^:2:1: Tabs are not allowed as indentation/],
  ['a key twice', 'display:\n  theme: dark\n  theme: light\n', /^:3:3: Map keys must be unique/],
  ['an unknown key', 'watch:\n  polInterval: 1s\n', /^:2:3: watch\.polInterval: unknown key, did you mean watch\.pollInterval\?$/],
  ['an unknown section', 'displai:\n  theme: dark\n', /^:1:1: displai: unknown key, did you mean display\?$/],
  ['a key without its section', '# mine\ntimezone: utc\n', /^:2:1: timezone: unknown key, did you mean display\.timezone\?$/],
  [
    'a value outside the choices',
    'display:\n  theme: drak\n',
    /^:2:10: display\.theme: expected auto, dark, .+ or tritan, got "drak", did you mean dark\?$/,
  ],
  ['a wrong type', 'display:\n  ascii: 3\n', /^:2:10: display\.ascii: expected true or false, got 3$/],
  ['a duration without a unit', 'watch:\n  debounce: 20\n', /^:2:13: watch\.debounce: expected a duration with its unit .+ got 20$/],
  ['a number out of range', 'window:\n  hours: 25\n', /^:2:10: window\.hours: expected hours, 0\.5 to 24, got 25$/],
  ['a list at the top', '- a\n- b\n', /^:1:1: expected sections such as "display:"$/],
  ['a section that is a word', 'display: dark\n', /^:1:10: display: expected a section with keys such as "color:"$/],
  ['an unknown time zone', 'display:\n  timezone: Europe/Berln\n', /^:2:13: display\.timezone: .+ did you mean Europe\/Berlin\?$/],
  ['an alias bomb (SEC-44)', bomb, /^:1:1: aliases expand to more than 100 values$/],
  ['101 aliases (SEC-44)', `x: &x 1\ny: [${'*x,'.repeat(101)}]\n`, /^:2:\d+: more than 100 aliases$/],
  ['a custom tag (SEC-44)', 'live:\n  mode: !!js/function "x"\n', /^:2:9: Unresolved tag/],
  ['two documents', 'live: {}\n---\nlive: {}\n', /^:2:1: Source contains multiple documents/],
  ['a file that is too large (SEC-41)', `# ${'x'.repeat(MAX_CONFIG_BYTES)}`, /^: is larger than 1 MiB/],
  ['bytes that are not UTF-8', new Uint8Array([0x61, 0xff, 0xfe]), /^: is not UTF-8 text$/],
];

describe('UR-104, HZ-47: a broken file ends with exit 78 and names the place', () => {
  test.each(BROKEN)('%s', async (_name, content, expected) => {
    writeFileSync(file, content);
    const error = await loadError();
    expect(error.exitCode).toBe(78);
    const said = problemLine(error.problems[0]!);
    expect(said.startsWith(file)).toBe(true);
    expect(said.slice(file.length)).toMatch(expected);
  });

  test('a directory in its place', async () => {
    mkdirSync(file);
    expect((await loadError()).message).toBe(`${file}: is not a regular file`);
  });

  test('several problems: the first is said, the rest counted', async () => {
    writeFileSync(file, 'display:\n  ascii: 3\n  theme: x\nburn:\n  high: no\n');
    expect((await loadError()).message).toMatch(/ascii.+\(and 2 more: tidemark config validate\)$/);
  });

  test('a terminal escape in a value is not repeated', async () => {
    writeFileSync(file, 'display:\n  theme: "\\e]0;x\\a"\n');
    expect((await loadError()).message).not.toMatch(/[\u0000-\u001f]/);
  });
});

test('an environment variable that is wrong is named: exit 78; a wrong flag: exit 2', async () => {
  const fromEnv = await loadError({ TIDEMARK_DISPLAY_COLOR: 'blue' });
  expect([fromEnv.exitCode, fromEnv.message]).toEqual([
    78,
    'TIDEMARK_DISPLAY_COLOR: display.color: expected auto, always or never, got "blue"',
  ]);
  expect((await loadError({}, { 'live.refreshInterval': '0.1' })).exitCode).toBe(2);
});

test('aliases and anchors in ordinary measure are read; an empty file and empty sections are fine', async () => {
  writeFileSync(file, 'projects:\n  include: &mine [a, b]\n  exclude: *mine\ndisplay:\n');
  expect((await loadConfig(file, {})).config.projects).toMatchObject({ include: ['a', 'b'], exclude: ['a', 'b'] });
  writeFileSync(file, '');
  expect((await loadConfig(file, {})).config).toEqual(DEFAULTS);
});

test('SEC-40: a hostile key pollutes nothing', async () => {
  writeFileSync(file, 'projects:\n  aliases: {"__proto__": {polluted: "yes"}}\n__proto__:\n  polluted: yes\n');
  expect((await loadError()).exitCode).toBe(78);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
