import { lowestVersion, versionText } from '../../install/client-version.ts';
import { eventsFor } from '../../install/events.ts';
import { type FoundHook, handlerOf, isGuard, ourHooks } from '../../install/hook-entries.ts';
import type { SettingsLevel } from '../../install/settings-levels.ts';
import { sameJson } from '../../install/settings-text.ts';
import type { ClaudeDirFacts, DoctorFacts } from '../facts.ts';
import { type Finding, fail, orFine, warn } from '../finding.ts';

const INSTALL = 'tidemark install hooks';
/** Entries of the guard. */
const GUARDED = 2;

/** Are our hooks there, whole, of this client's version, and once (LS-47)? */
export function checkHooks(facts: DoctorFacts): readonly Finding[] {
  const dirs = facts.claudeDirs.filter(({ exists }) => exists);
  const settings = dirs
    .map((dir) => ({ dir, user: dir.levels.find(({ level }) => level === 'user')! }))
    .filter(({ user }) => user.problem === null);
  const found = settings.flatMap(({ dir, user }) => [...missing(facts, user), ...doubled(dir, user)]);
  const isInstalled = settings.some(({ user }) => ourHooks(user.value ?? {}).length > 0) || facts.record.plugin !== null;
  if (found.length === 0 && !isInstalled) return [warn('hooks', 'not installed: states come from the process registry alone', INSTALL)];
  return orFine('hooks', found, 'installed');
}

function missing(facts: DoctorFacts, user: SettingsLevel): readonly Finding[] {
  const all = ourHooks(user.value ?? {});
  const present = all.filter(({ handler }) => !isGuard(handler));
  const recorded = facts.record.files[user.path]?.hooks ?? null;
  if (present.length === 0)
    return recorded === null ? [] : [fail('hooks', `the hooks are no longer in ${user.path}`, `${INSTALL}, or tidemark uninstall hooks`)];
  if (recorded?.guard !== undefined && all.length - present.length < GUARDED)
    return [fail('hooks', `the budget guard is not whole in ${user.path}`, `${INSTALL} --guard, or tidemark uninstall hooks`)];
  const version = lowestVersion(facts.clients);
  const set = present.some(({ event }) => event === 'PreToolUse')
    ? 'full'
    : present.some(({ event }) => event === 'PostToolUse')
      ? 'standard'
      : 'light';
  const wanted = eventsFor(version, set);
  const names = new Set(present.map(({ event }) => event));
  const lost = (recorded?.events ?? []).filter(({ name }) => !names.has(name)).map(({ name }) => name);
  if (lost.length > 0) return [fail('hooks', `${lost.join(', ')} ${lost.length === 1 ? 'is' : 'are'} missing in ${user.path}`, INSTALL)];
  // Without an answer of the client, what is there cannot be judged.
  if (version === null) {
    const silent = facts.clients.find((client) => client.version === null);
    return silent === undefined
      ? []
      : [
          warn(
            'hooks',
            `${silent.path} did not tell its version: whether the hooks fit it is not known`,
            `see what "${silent.path} --version" says`,
          ),
        ];
  }
  const unknown = present.filter(({ event }) => !wanted.some(({ name }) => name === event)).map(({ event }) => event);
  if (unknown.length > 0)
    return [
      fail(
        'hooks',
        `${user.path} names ${unknown.join(', ')}, which Claude Code ${versionText(version)} does not know and may reject the file for`,
        INSTALL,
      ),
    ];
  const command = present[0]!.handler as unknown as Parameters<typeof handlerOf>[0];
  const isRight = wanted.every((event) =>
    present.some(
      (hook) =>
        hook.event === event.name &&
        sameJson(
          hook.handler,
          handlerOf({ command: command.command, ...(command.args === undefined ? {} : { args: command.args }) }, event),
        ),
    ),
  );
  return isRight ? [] : [fail('hooks', `the hooks in ${user.path} are not those for Claude Code ${versionText(version)}`, INSTALL)];
}

function doubled(dir: ClaudeDirFacts, user: SettingsLevel): readonly Finding[] {
  const hooks = ourHooks(user.value ?? {});
  const isTwice = (one: FoundHook): boolean =>
    hooks.filter(({ event, handler }) => event === one.event && isGuard(handler) === isGuard(one.handler)).length > 1;
  const twice = [...new Set(hooks.filter(isTwice).map(({ event }) => event))];
  const plugin = dir.levels.find(({ value }) => hasPlugin(value));
  return [
    ...(twice.length > 0
      ? [fail('hooks', `${twice.join(', ')} ${twice.length === 1 ? 'is' : 'are'} doubled in ${user.path}`, INSTALL)]
      : []),
    ...(hooks.length > 0 && plugin !== undefined
      ? [
          fail(
            'hooks',
            `both the plugin (${plugin.path}) and ${user.path} report every event: harmless, but twice the work`,
            'tidemark uninstall hooks, or /plugin uninstall tidemark@tidemark',
          ),
        ]
      : []),
  ];
}

function hasPlugin(value: Readonly<Record<string, unknown>> | null): boolean {
  const enabled = value?.enabledPlugins;
  return (
    typeof enabled === 'object' && enabled !== null && Object.entries(enabled).some(([name, on]) => /^tidemark@/.test(name) && on === true)
  );
}

/** Settings that switch hooks and status line off without a word (hooks.md §7). */
export function checkSwitchedOff(facts: DoctorFacts): readonly Finding[] {
  const found = facts.claudeDirs.flatMap(({ levels }) => {
    // The last that says anything wins: a project's false overrides a user's true.
    const decided = levels.findLast(({ value }) => typeof value?.disableAllHooks === 'boolean');
    const managed = levels.find(({ level, value }) => level === 'managed' && value?.allowManagedHooksOnly === true);
    return [
      ...(decided?.value?.disableAllHooks === true
        ? [fail('switched off', `disableAllHooks in ${decided.path} switches off hooks and status line`, `take it out of ${decided.path}`)]
        : []),
      ...(managed === undefined
        ? []
        : [
            fail(
              'switched off',
              `allowManagedHooksOnly in ${managed.path} lets only the administrator's hooks run`,
              'ask your administrator; without hooks states come from the process registry',
            ),
          ]),
    ];
  });
  const distinct = found.filter((finding, at) => found.findIndex(({ message }) => message === finding.message) === at);
  return orFine('switched off', distinct, 'nothing switches hooks off');
}
