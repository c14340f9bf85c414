import { type Command, Option } from 'commander';
import { type InstallContext, type InstallPlan, installContext } from '../../app/install/context.ts';
import { EVENT_SETS, type EventSet } from '../../app/install/events.ts';
import { planPlugin, planPluginRemoval } from '../../app/install/plugin.ts';
import { planService, planServiceRemoval } from '../../app/install/service.ts';
import { planHooks, planSettingsRemoval } from '../../app/install/settings-install.ts';
import { planStatusline } from '../../app/install/statusline-install.ts';
import { openApp } from '../../app/open.ts';
import { applyPurge, planPurge } from '../../app/purge.ts';
import { usageError } from '../../platform/errors.ts';
import { writeStdout } from '../../platform/stdout.ts';
import { terminalText } from '../../text/terminal.ts';
import { confirmed } from '../confirm.ts';
import { type ConsentFlags, isAsking, showAndApply } from '../install-show.ts';
import { notes } from '../notes.ts';

interface InstallFlags extends ConsentFlags {
  readonly config?: string;
  readonly dir?: string;
  readonly events?: EventSet;
  readonly guard?: boolean;
  readonly layout?: string;
  readonly force?: boolean;
  readonly subagents?: boolean;
  readonly purge?: boolean;
}

const WHAT = ['hooks', 'statusline', 'plugin', 'service'] as const;
type What = (typeof WHAT)[number];
const ABOUT: Readonly<Record<What, string>> = {
  hooks: 'the states of sessions at once: hooks in Claude Code’s settings',
  statusline: 'the status line: quota, cost and context of the session, and who needs you',
  plugin: 'the same hooks as a plugin folder',
  service: 'one monitor that always runs, started at login',
};
const LAYOUTS = ['compact', 'classic', 'minimal', 'powerline'];

/** `install` and `uninstall` (LS-43 to LS-49, SL-36 to SL-38): shows the difference, asks, writes. */
export function addInstallCommands(program: Command, _exit: (code: number) => void): void {
  const install = consent(program.command('install').description('adds Tidemark to Claude Code: hooks, status line, plugin, service'));
  install.action(async (flags: InstallFlags) => {
    for (const what of await chosen()) await installOne(what, flags);
  });
  const one = (parent: Command, what: What): Command => consent(parent.command(what).description(ABOUT[what]));
  const events = (): Option =>
    new Option('--events <set>', 'how much is reported; light runs nothing per tool call').choices(EVENT_SETS).default('standard');
  one(install, 'hooks').addOption(dir()).addOption(events()).addOption(guard()).action(installs('hooks'));
  one(install, 'statusline')
    .addOption(dir())
    .addOption(new Option('--layout <name>', 'how it looks').choices(LAYOUTS))
    .option('--force', 'replaces another tool’s status line without showing it any more; uninstall puts it back')
    .option('--subagents', 'rows of subagents too')
    .action(installs('statusline'));
  one(install, 'plugin').addOption(events()).action(installs('plugin'));
  one(install, 'service').action(installs('service'));

  const uninstall = consent(program.command('uninstall').description('takes out of Claude Code what install has put in'));
  uninstall.option('--purge', 'and takes away every file Tidemark has written, its history too');
  uninstall.action(async (flags: InstallFlags) => {
    if (flags.purge) await readyToPurge(flags);
    await uninstallAll(flags);
    if (flags.purge) await purge(flags);
  });
  one(uninstall, 'hooks').addOption(dir()).action(uninstalls('hooks'));
  one(uninstall, 'statusline').addOption(dir()).action(uninstalls('statusline'));
  one(uninstall, 'plugin').action(uninstalls('plugin'));
  one(uninstall, 'service').action(uninstalls('service'));
}

/** Shown in the help as soon as there is a guard to install. */
const guard = (): Option => new Option('--guard', 'and the guard that stops a session over a budget with guard: stop').hideHelp();
const dir = (): Option => new Option('--dir <directory>', 'this Claude directory only');

function consent(command: Command): Command {
  return command
    .option('--dry-run', 'shows what would change and writes nothing')
    .option('-y, --yes', 'does it without asking')
    .option('--config <file>', 'this configuration file');
}

/** Options that stand before the sub-command count too. */
const installs = (what: What) => async (_flags: InstallFlags, command: Command) =>
  installOne(what, command.optsWithGlobals<InstallFlags>());
const uninstalls = (what: What) => async (_flags: InstallFlags, command: Command) => {
  const flags = command.optsWithGlobals<InstallFlags>();
  const context = await contextOf(flags);
  await showAndApply(await removal(context, what, flags), flags, `There is no ${NOUN[what]} of Tidemark to take out.`);
};
const NOUN: Readonly<Record<What, string>> = { hooks: 'hook', statusline: 'status line', plugin: 'plugin', service: 'service' };

async function contextOf(flags: InstallFlags): Promise<InstallContext> {
  const app = await openApp({ configFile: flags.config });
  return installContext(app.env, app.paths, app.clock.now());
}

const ALREADY: Readonly<Record<What, string>> = {
  hooks: 'The hooks are installed already.',
  statusline: 'The status line is installed already.',
  plugin: 'The plugin folder is there already.',
  service: 'The service is installed already.',
};

async function installOne(what: What, flags: InstallFlags): Promise<void> {
  const context = await contextOf(flags);
  await showAndApply(await addition(context, what, flags), flags, ALREADY[what]);
}

function addition(context: InstallContext, what: What, flags: InstallFlags): Promise<InstallPlan> | InstallPlan {
  switch (what) {
    case 'hooks':
      return planHooks(context, { dir: flags.dir, events: flags.events ?? 'standard', guard: flags.guard ?? false });
    case 'statusline':
      return planStatusline(context, {
        dir: flags.dir,
        layout: flags.layout,
        force: flags.force ?? false,
        subagents: flags.subagents ?? false,
      });
    case 'plugin':
      return planPlugin(context, flags.events ?? 'standard');
    case 'service':
      return planService(context);
  }
}

function removal(context: InstallContext, what: What, flags: InstallFlags): Promise<InstallPlan> | InstallPlan {
  switch (what) {
    case 'hooks':
      return planSettingsRemoval(context, { dir: flags.dir, hooks: true, lines: false });
    case 'statusline':
      return planSettingsRemoval(context, { dir: flags.dir, hooks: false, lines: true });
    case 'plugin':
      return planPluginRemoval(context);
    case 'service':
      return planServiceRemoval(context);
  }
}

/** Without a word for what: everything, as one change to agree to. */
async function uninstallAll(flags: InstallFlags): Promise<void> {
  const context = await contextOf(flags);
  const plans = [planSettingsRemoval(context, { hooks: true, lines: true }), planPluginRemoval(context), planServiceRemoval(context)];
  const all: InstallPlan = {
    changes: plans.flatMap(({ changes }) => changes),
    notes: plans.flatMap((plan) => plan.notes),
    async apply() {
      const said: string[] = [];
      for (const plan of plans) said.push(...(await plan.apply()));
      return said;
    },
  };
  await showAndApply(all, flags, 'Nothing of Tidemark is installed.');
}

const readyToPurge = async (flags: InstallFlags): Promise<unknown> => planPurge(await openApp({ configFile: flags.config }));

/** After everything is uninstalled: what only we wrote, after asking again (MG-8). */
async function purge(flags: InstallFlags): Promise<void> {
  const app = await openApp({ configFile: flags.config });
  const plan = await planPurge(app);
  await notes(plan.kept);
  if (plan.remove.length === 0) return;
  const verb = flags.dryRun ? 'Would remove' : 'To be removed:';
  await writeStdout(`${plan.remove.map((path) => `${verb} ${terminalText(path)}`).join('\n')}\n`);
  if (flags.dryRun) return;
  if (!flags.yes && !(await confirmed('Remove all of this? The history of deleted transcripts is in it.'))) {
    await writeStdout('Nothing of it was removed.\n');
    return;
  }
  applyPurge(plan, app);
  await writeStdout(`Removed ${plan.remove.length} files and folders.\n`);
}

async function chosen(): Promise<readonly What[]> {
  if (!isAsking()) throw usageError('Say what to install', `one of: ${WHAT.join(', ')}`);
  const { isCancel, multiselect } = await import('@clack/prompts');
  const answer = await multiselect({
    message: 'What should be installed? Each difference is shown before anything is written.',
    options: WHAT.map((value) => ({ value, label: value, hint: ABOUT[value] })),
    initialValues: ['hooks', 'statusline'] as What[],
    required: false,
  });
  return isCancel(answer) ? [] : answer;
}
