import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePrivateDir, writeFileAtomic } from '../../platform/files.ts';
import { VERSION } from '../version.ts';
import type { FileChange, InstallContext, InstallPlan } from './context.ts';
import type { EventSet } from './events.ts';
import { type HookSpec, hooksObject } from './hook-entries.ts';
import { shellCommand, writeLauncher } from './launcher.ts';
import { readRecord, writeRecord } from './record.ts';
import { hookSpec, leaveNothing } from './settings-install.ts';

/** The folder that `/plugin marketplace add` takes; the plugin itself is the folder `tidemark` inside (LS-48). */
export const marketplaceDir = (dataDir: string): string => join(dataDir, 'plugin');

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const ABOUT = 'What every Claude Code session is doing, which one needs you, and what it costs';

/** The plugin's files by their path below the marketplace folder. */
export function pluginFiles(spec: HookSpec, launcher: string, platform: NodeJS.Platform): ReadonlyMap<string, string> {
  const command = (rest: string): string => shellCommand(launcher, platform, rest);
  return new Map([
    [
      '.claude-plugin/marketplace.json',
      json({ name: 'tidemark', owner: { name: 'Tidemark' }, plugins: [{ name: 'tidemark', source: './tidemark', description: ABOUT }] }),
    ],
    ['tidemark/.claude-plugin/plugin.json', json({ name: 'tidemark', version: VERSION, description: ABOUT, license: 'MIT' })],
    ['tidemark/hooks/hooks.json', json({ description: 'Reports the states of sessions to Tidemark', hooks: hooksObject(spec) })],
    ['tidemark/settings.json', json({ subagentStatusLine: { type: 'command', command: command('statusline --subagents') } })],
    ['tidemark/commands/tidemark.md', COMMAND.replace('COMMAND', () => command('live --once'))],
  ]);
}

const COMMAND = `---
description: Shows what every session is doing and what it costs
---

Run \`COMMAND\` and show its output unchanged. Add nothing to it.
`;

/** `install plugin` (LS-48). */
export async function planPlugin(context: InstallContext, set: EventSet): Promise<InstallPlan> {
  const { spec, note } = await hookSpec(context, set);
  const root = marketplaceDir(context.paths.dataDir);
  const files = pluginFiles(spec, context.launcher.path, context.platform);
  const changes: FileChange[] = [...files].map(([name, after]) => ({ path: join(root, name), before: textAt(join(root, name)), after }));
  return {
    changes: changes.filter(({ before, after }) => before !== after),
    notes: [note, 'A plugin cannot carry a status line: tidemark install statusline writes it into the settings.'],
    async apply() {
      writeLauncher(context.launcher);
      const record = readRecord(context.paths.dataDir);
      writeRecord(context.paths.dataDir, { ...record, plugin: root });
      for (const { path, after } of changes) {
        ensurePrivateDir(dirname(path), { ours: true });
        writeFileAtomic(path, after!);
      }
      const both = Object.values(record.files).some(({ hooks }) => hooks !== null);
      return [
        `In Claude Code: /plugin marketplace add ${root}, then /plugin install tidemark@tidemark`,
        ...(both
          ? [
              'The hooks are in the settings as well: every event will come twice, which is harmless; tidemark uninstall hooks takes those out.',
            ]
          : []),
      ];
    },
  };
}

/** `uninstall plugin`: the folder we made. */
export function planPluginRemoval(context: InstallContext): InstallPlan {
  const root = marketplaceDir(context.paths.dataDir);
  const names = [...pluginFiles({ command: { command: '' }, events: [] }, context.launcher.path, context.platform).keys()];
  const changes = names
    .map((name) => ({ path: join(root, name), before: textAt(join(root, name)), after: null }))
    .filter(({ before }) => before !== null);
  return {
    changes,
    notes: changes.length === 0 ? [] : ['If it was added in Claude Code: /plugin uninstall tidemark@tidemark'],
    async apply() {
      rmSync(root, { recursive: true, force: true });
      const record = readRecord(context.paths.dataDir);
      if (record.plugin !== null) writeRecord(context.paths.dataDir, { ...record, plugin: null });
      leaveNothing(context);
      return [];
    },
  };
}

export const textAt = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'utf8') : null);
