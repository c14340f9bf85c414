import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Env } from '../../platform/env.ts';
import { KnownError } from '../../platform/errors.ts';
import { ensurePrivateDir, writeFileAtomic } from '../../platform/files.ts';
import type { InstallContext, InstallPlan } from './context.ts';
import { textAt } from './plugin.ts';
import { onPath, runIsolated } from './programs.ts';
import { readRecord, writeRecord } from './record.ts';
import { LABEL, launchdPlist, systemdUnit, UNIT, unitPath } from './service-unit.ts';
import { leaveNothing, prepare } from './settings-install.ts';

const TIMEOUT_MS = 10_000;

interface Step {
  readonly program: string;
  readonly args: readonly string[];
}

/** The service manager's commands. What it started it also ends: no process of ours is looked up or signalled (SEC-92). */
function steps(context: InstallContext, what: 'start' | 'stop', path: string): readonly Step[] {
  if (context.platform === 'darwin') {
    const domain = `gui/${process.getuid?.() ?? 0}`;
    const stop = { program: 'launchctl', args: ['bootout', `${domain}/${LABEL}`] };
    return what === 'stop' ? [stop] : [stop, { program: 'launchctl', args: ['bootstrap', domain, path] }];
  }
  const user = (...args: string[]): Step => ({ program: 'systemctl', args: ['--user', ...args] });
  return what === 'stop' ? [user('disable', '--now', UNIT)] : [user('daemon-reload'), user('enable', UNIT), user('restart', UNIT)];
}

/** Runs the steps; gives what a person has to do by hand when the service manager did not. */
async function run(context: InstallContext, all: readonly Step[]): Promise<string | null> {
  let failed: string | null = null;
  for (const { program, args } of all) {
    const [path] = onPath(context.env, program);
    const ran = path === undefined ? null : await runIsolated(path, args, context.env, TIMEOUT_MS);
    // Nothing to stop is no failure.
    if (ran?.code !== 0 && args[0] !== 'bootout') failed ??= [program, ...args].join(' ');
  }
  return failed;
}

function refuseElsewhere(context: InstallContext): void {
  if (context.platform === 'linux' || context.platform === 'darwin') return;
  throw new KnownError('The service can be installed on Linux (systemd) and macOS (launchd) only', {
    hint: 'start "tidemark live --json" at login by the means of this system',
  });
}

/** `install service`: keeps one monitor running, started at login and after a failure. */
export function planService(context: InstallContext): InstallPlan {
  refuseElsewhere(context);
  const path = unitPath(context.env, context.paths.home, context.platform);
  const make = context.platform === 'darwin' ? launchdPlist : systemdUnit;
  const after = make(context.launcher.path, context.env);
  const before = textAt(path);
  return {
    changes: before === after ? [] : [{ path, before, after }],
    notes: [],
    async apply() {
      prepare(context, 'install service');
      writeRecord(context.paths.dataDir, { ...readRecord(context.paths.dataDir), service: path });
      ensurePrivateDir(dirname(path), { ours: false });
      writeFileAtomic(path, after);
      const failed = await run(context, steps(context, 'start', path));
      return [
        failed === null
          ? 'The service is running.'
          : `The service is installed but could not be started here; in a session of yours: ${failed}`,
      ];
    },
  };
}

/** Whether the service manager runs it; null when it does not answer. */
export async function isServiceRunning(env: Env, platform: NodeJS.Platform): Promise<boolean | null> {
  const domain = `gui/${process.getuid?.() ?? 0}`;
  const [name, args] =
    platform === 'darwin' ? ['launchctl', ['print', `${domain}/${LABEL}`]] : ['systemctl', ['--user', 'is-active', UNIT]];
  const [path] = onPath(env, name as string);
  if (path === undefined) return null;
  const { code, out } = await runIsolated(path, args as string[], env, TIMEOUT_MS);
  if (code === 0) return true;
  // systemd says `inactive` or `failed`; without a bus it says nothing.
  return platform === 'darwin' || /^(?:inactive|failed|deactivating)/.test(out) ? false : null;
}

/** `uninstall service`: ends it and takes its unit away. */
export function planServiceRemoval(context: InstallContext): InstallPlan {
  const path = unitPath(context.env, context.paths.home, context.platform);
  const before = textAt(path);
  return {
    changes: before === null ? [] : [{ path, before, after: null }],
    notes: [],
    async apply() {
      const failed = before === null ? null : await run(context, steps(context, 'stop', path));
      rmSync(path, { force: true });
      if (context.platform === 'linux' && before !== null)
        await run(context, [{ program: 'systemctl', args: ['--user', 'daemon-reload'] }]);
      const record = readRecord(context.paths.dataDir);
      if (record.service !== null) writeRecord(context.paths.dataDir, { ...record, service: null });
      leaveNothing(context);
      return failed === null ? [] : [`The service could not be ended here; if it runs: ${failed}`];
    },
  };
}
