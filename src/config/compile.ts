import { replaceSmallFile } from '../platform/small-file.ts';
import { COMPILED_VERSION, type CompiledConfig, compiledFile, isCurrent, readCompiled, sourceOf } from './compiled.ts';
import { loadConfig } from './load.ts';

/**
 * Compiles the configuration file when it changed since (ST-17): for every full command, and the monitor on a change. `stateDir` is the state directory
 * by environment and convention, before `paths.state`, for a hot path has nothing else to find this file by. Never throws: a broken file leaves the last
 * compile, a disk that refuses leaves the hot paths at theirs. True when it is current afterwards.
 */
export async function compileConfig(configFile: string, stateDir: string): Promise<boolean> {
  if (isCurrent(readCompiled(stateDir), configFile)) return true;
  try {
    // Taken before the file is read: a change in between makes the compile look old, not new.
    const source = sourceOf(configFile);
    const { config } = await loadConfig(configFile, {});
    return replaceSmallFile(
      compiledFile(stateDir),
      `${JSON.stringify({ v: COMPILED_VERSION, source, config } satisfies CompiledConfig)}\n`,
    );
  } catch {
    return false;
  }
}
