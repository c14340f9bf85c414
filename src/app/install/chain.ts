import { compileConfig } from '../../config/compile.ts';
import { setConfig } from '../../config/edit.ts';
import { loadConfig } from '../../config/load.ts';
import type { StatuslineChain } from '../../config/statusline.ts';
import { resolvePaths } from '../../platform/paths.ts';
import type { InstallContext } from './context.ts';

/** Another tool's `statusLine` object: what it runs, and whatever else it says. */
export type CommandObject = Readonly<Record<string, unknown>> & { readonly command: string };

async function chainOf(configFile: string): Promise<StatuslineChain> {
  return (await loadConfig(configFile, {})).config.statusline.chain;
}

/** Keeps the other tool's object in our configuration, to be run and shown by ours, or only stored (`isForced`) (SL-37). */
export async function storeChain(configFile: string, command: CommandObject, isForced: boolean): Promise<void> {
  const now = await chainOf(configFile);
  const mode = isForced ? 'off' : now.mode === 'off' ? 'collect' : now.mode;
  await setConfig(configFile, 'statusline.chain', JSON.stringify({ mode, timeout: `${now.timeout}ms`, command }));
}

/** The other tool is back in the settings: it is no longer chained (SL-38). */
export async function forgetChain({ env, paths }: InstallContext): Promise<void> {
  if ((await chainOf(paths.configFile)).command === null) return;
  await setConfig(paths.configFile, 'statusline.chain', null);
  await compileConfig(paths.configFile, resolvePaths(env).stateDir);
}
