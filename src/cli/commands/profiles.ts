import type { Command } from 'commander';
import type { RuntimeState } from '../../accounts/contracts.ts';
import { type KnownProfile, knownBilling, knownProfiles, openQuota } from '../../accounts/known-profiles.ts';
import { isEnabled } from '../../accounts/legacy.ts';
import { findProfile, labelled, merged, unmerged } from '../../accounts/profile-edit.ts';
import { healthDir } from '../../accounts/publish.ts';
import { updateState } from '../../accounts/state-store.ts';
import { readSwitches, type Switch } from '../../accounts/switches.ts';
import { oneLook } from '../../app/one-look.ts';
import { type App, openApp } from '../../app/open.ts';
import { KnownError, usageError } from '../../platform/errors.ts';
import { writeStdout } from '../../platform/stdout.ts';
import { formatInstant, percent, tokensShort, usd } from '../../text/format.ts';
import { terminalText } from '../../text/terminal.ts';
import { padded } from '../columns.ts';

interface ProfileFlags {
  readonly json?: boolean;
  readonly config?: string;
  readonly undo?: boolean;
  readonly since?: string;
}

/** `profiles list | show | label | merge | switches` (AP-6, AP-11). */
export function addProfilesCommands(program: Command, _exit: (code: number) => void): void {
  const profiles = program.command('profiles').description('the accounts sessions run under: list, show, label, merge, switches');
  const command = (name: string, about: string): Command =>
    profiles.command(name).description(about).option('-j, --json', 'as JSON').option('--config <file>', 'another configuration file');
  command('list', 'every profile with its sessions, cost and quota').action(list);
  command('show <id>', 'one profile: its sessions, billing, quota, aliases').action(show);
  command('label <id> <text>', 'give a profile a name; comments in the file stay').action(label);
  command('merge <from> <into>', 'move sessions, account and history of one profile to another')
    .option('--undo', 'take the merge back')
    .action(merge);
  command('switches', 'when sessions went from one profile to another')
    .option('--since <date>', 'from this day or ISO time on')
    .action(switches);
}

interface Opened {
  readonly app: App;
  readonly now: number;
  readonly dirs: readonly string[];
}

async function open(flags: ProfileFlags): Promise<Opened> {
  const app = await openApp({ configFile: flags.config });
  return { app, now: app.clock.now(), dirs: app.paths.claudeDirs.map(healthDir) };
}

/** Where the files are kept and nobody keeps them at the moment, one pass is made first (BG-1). */
async function upToDate(flags: ProfileFlags): Promise<Opened> {
  const opened = await open(flags);
  const { app } = opened;
  if (isEnabled(app.paths.stateDir)) await oneLook(app, zoneOf(app));
  return opened;
}

const json = (body: object): Promise<void> => writeStdout(`${JSON.stringify({ schemaVersion: 1, ...body }, null, 2)}\n`);
const cell = (text: string): string => terminalText(text, 60);
const nano = (dollars: number | null): number | null => (dollars === null ? null : Math.round(dollars * 1e9));

/** What both `list` and `show` tell of a profile as JSON. */
function profileJson(known: KnownProfile, now: number) {
  const { profile } = known;
  const quota = profile.tidemark?.quota;
  return {
    profileId: profile.profileId,
    label: profile.label,
    kind: profile.tidemark?.kind ?? 'unknown',
    detectionMethod: profile.metadata.detectionMethod,
    mergedInto: profile.tidemark?.mergedInto ?? null,
    aliases: profile.aliases ?? [],
    pathPatterns: profile.pathPatterns ?? [],
    thresholds: profile.thresholds ?? {},
    launchAliases: known.launchAliases,
    firstSeen: profile.metadata.firstSeen || null,
    lastUsed: profile.metadata.lastUsed || null,
    totalSessions: known.totalSessions,
    billing: knownBilling(known, now),
    quota: { fiveHour: openQuota(quota?.fiveHour, now), sevenDay: openQuota(quota?.sevenDay, now) },
    sessions: known.sessions.map(({ sessionId, projectPath, health, model, metadata }) => ({
      sessionId,
      projectPath,
      health: health.status,
      model: model.value === '' ? null : model.value,
      lastActivity: metadata.lastActivity || null,
    })),
  };
}

async function list(flags: ProfileFlags): Promise<void> {
  const { app, now, dirs } = await upToDate(flags);
  const known = await knownProfiles(dirs);
  if (flags.json) return json({ profiles: known.map((each) => profileJson(each, now)) });
  if (known.length === 0) return writeStdout('No profile is known yet: profiles appear when a session is seen.\n');
  const time = (ms: number | null): string => formatInstant(ms, zoneOf(app), 'isoTime');
  const rows = known.map((each) => {
    const p = profileJson(each, now);
    const name = p.mergedInto === null ? cell(p.label) : `${cell(p.label)} (merged into ${cell(p.mergedInto)})`;
    return [
      cell(p.profileId),
      name,
      p.kind,
      String(p.sessions.length),
      usd(nano(p.billing.costToday)),
      percent(p.quota.fiveHour?.usedPercent ?? null),
      time(p.lastUsed),
    ];
  });
  await writeStdout(`${padded([['Profile', 'Label', 'Kind', 'Sessions', 'Today', '5 h used', 'Last used'], ...rows]).join('\n')}\n`);
}

async function show(id: string, flags: ProfileFlags): Promise<void> {
  const { app, now, dirs } = await upToDate(flags);
  const known = await knownProfiles(dirs);
  const found = findProfile(
    known.map(({ profile }) => profile),
    id,
  );
  const p = profileJson(known.find(({ profile }) => profile === found)!, now);
  if (flags.json) return json(p);
  const time = (ms: number | null): string => formatInstant(ms, zoneOf(app), 'isoTime');
  const words = (items: readonly string[]): string => (items.length === 0 ? '—' : items.map(cell).join(', '));
  const window = (name: 'fiveHour' | 'sevenDay'): string => {
    const q = p.quota[name];
    return q === null ? '—' : `${percent(q.usedPercent)} (${q.source}, resets ${time(q.resetsAt * 1000)})`;
  };
  const rows = [
    ['profile', cell(p.profileId)],
    ['label', cell(p.label)],
    ['kind', p.kind],
    ['found', p.detectionMethod === 'manual' ? 'by hand' : 'automatically'],
    ...(p.mergedInto === null ? [] : [['merged into', cell(p.mergedInto)]]),
    ['aliases', words(p.aliases)],
    ['paths', words(p.pathPatterns)],
    ['started as', words(p.launchAliases)],
    ['cost today', usd(nano(p.billing.costToday))],
    ['cost per hour', usd(nano(p.billing.burnRatePerHour))],
    ['tokens in window', tokensShort(p.billing.totalTokens)],
    ['5 h window', window('fiveHour')],
    ['7 d window', window('sevenDay')],
    ['first seen', time(p.firstSeen)],
    ['last used', time(p.lastUsed)],
    ['sessions ever', String(p.totalSessions)],
  ];
  const sessions = p.sessions.map((s) => [
    `  ${cell(s.sessionId)}`,
    s.health,
    cell(s.model ?? '—'),
    time(s.lastActivity),
    terminalText(s.projectPath, 200),
  ]);
  await writeStdout(`${[...padded(rows), ...(sessions.length === 0 ? [] : ['sessions', ...padded(sessions)])].join('\n')}\n`);
}

const zoneOf = (app: App): string => {
  const { timezone } = app.config.display;
  return timezone === 'utc' ? 'UTC' : timezone === 'local' ? Intl.DateTimeFormat().resolvedOptions().timeZone : timezone;
};

/** Changes every folder's file that has the profile; a broken file ends with exit 78 and nothing is changed anywhere (AP-11). */
async function edit({ app, now, dirs }: Opened, id: string, change: (state: RuntimeState) => RuntimeState): Promise<readonly string[]> {
  const known = await knownProfiles(dirs);
  const profiles = known.map(({ profile }) => profile);
  const target = known.find(({ profile }) => profile === findProfile(profiles, id))!;
  const paths: string[] = [];
  for (const dir of target.dirs) {
    const update = await updateState({ dir, stateDir: app.paths.stateDir, now }, change);
    if (update.result === 'newer')
      throw new KnownError(`${update.path} is of a later version: it is only read`, { hint: 'update tidemark' });
    paths.push(update.path);
  }
  return paths;
}

async function label(id: string, text: string, flags: ProfileFlags): Promise<void> {
  const opened = await open(flags);
  const paths = await edit(opened, id, (state) => labelled(state, id, text));
  if (flags.json) return json({ profileId: id, label: text.trim(), files: paths });
  await writeStdout(`${cell(id)}: ${terminalText(text.trim(), 200)}\n`);
}

async function merge(from: string, into: string, flags: ProfileFlags): Promise<void> {
  const opened = await open(flags);
  const moved: string[] = [];
  const paths = await edit(opened, from, (state) => {
    const next = flags.undo ? unmerged(state, from, into) : merged(state, from, into);
    const before = new Map(state.sessions.map(({ sessionId, authProfile }) => [sessionId, authProfile]));
    moved.push(...next.sessions.filter((s) => before.get(s.sessionId) !== s.authProfile).map((s) => s.sessionId));
    return next;
  });
  const sessions = [...new Set(moved)];
  const [source, target] = flags.undo ? [into, from] : [from, into];
  if (flags.json) return json({ from, into, undo: flags.undo ?? false, sessions, files: paths });
  const count = `${sessions.length} ${sessions.length === 1 ? 'session' : 'sessions'}`;
  await writeStdout(`${flags.undo ? 'Taken back' : 'Merged'}: ${count} went from ${cell(source)} to ${cell(target)}.\n`);
}

async function switches(flags: ProfileFlags): Promise<void> {
  const { app } = await open(flags);
  const since = flags.since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(flags.since);
  if (Number.isNaN(since))
    throw usageError(`--since: ${terminalText(flags.since ?? '', 40)} is no date`, 'such as 2026-11-20 or 2026-11-20T08:00:00Z');
  const found: readonly Switch[] = readSwitches(app.paths.stateDir).filter(({ at }) => at >= since);
  if (flags.json) return json({ switches: found });
  if (found.length === 0) return writeStdout('No session changed its profile.\n');
  const rows = found.map((s) => [
    formatInstant(s.at, zoneOf(app), 'isoTime'),
    cell(s.sessionId),
    cell(s.from),
    '→',
    cell(s.to),
    cell(s.method),
  ]);
  await writeStdout(`${padded(rows).join('\n')}\n`);
}
