import { problemLine } from '../../../config/problems.ts';
import type { DoctorFacts } from '../facts.ts';
import { type Finding, fail, ok, orFine, warn } from '../finding.ts';

/** The configuration: everything wrong with file, line and column, and whether the hot paths have it (ST-17). */
export function checkConfiguration({ config }: DoctorFacts): readonly Finding[] {
  const found = config.problems.map((problem) => fail('config', problemLine(problem), 'mend the file; tidemark config validate checks it'));
  if (found.length > 0) return found;
  return config.isCompiled
    ? [ok('config', config.path)]
    : [fail('config', 'the hooks and the status line still use an older configuration', 'tidemark config validate')];
}

/** Can the launcher start anything (LS-45)? */
export function checkLauncher({ launcher, record }: DoctorFacts): readonly Finding[] {
  const isNeeded = Object.keys(record.files).length > 0 || record.plugin !== null || record.service !== null;
  if (!launcher.exists) {
    if (!isNeeded) return [ok('launcher', 'not needed: nothing is installed')];
    return [fail('launcher', `${launcher.path} is missing: hooks and status line do nothing`, 'tidemark install hooks')];
  }
  const again = 'tidemark install hooks (from the Tidemark that you use)';
  if (!launcher.isExecutable) return [fail('launcher', `${launcher.path} cannot be run`, again)];
  if (launcher.target === null) return [fail('launcher', `${launcher.path} is not as Tidemark wrote it`, again)];
  if (!launcher.hasEntry) return [fail('launcher', `the program ${launcher.target.entry} is gone`, again)];
  if (!launcher.hasNode) return [fail('launcher', `Node at ${launcher.target.node} is gone`, again)];
  return launcher.runs === false ? [fail('launcher', `${launcher.path} fails when it is run`, again)] : [ok('launcher', launcher.path)];
}

/** Is the service that was installed there and running (BG-5)? */
export function checkService({ service }: DoctorFacts): readonly Finding[] {
  if (service === null) return [ok('service', 'not installed: alerts need a Tidemark that runs')];
  if (!service.hasUnit) return [fail('service', `${service.path} is gone`, 'tidemark install service, or tidemark uninstall service')];
  if (service.isRunning === false) return [fail('service', 'it is installed and does not run', 'tidemark install service starts it again')];
  return [ok('service', service.isRunning === null ? `${service.path}; the service manager does not answer here` : 'running')];
}

/** The file that people edit: broken, or twice there (ST-2, ST-4). */
export function checkRuntimeState({ claudeDirs }: DoctorFacts): readonly Finding[] {
  const found = claudeDirs.flatMap(({ stateProblem, stateTwin }) => [
    ...(stateProblem === null ? [] : [fail('runtime state', stateProblem, 'mend the file; it is left as it is until then')]),
    ...(stateTwin === null
      ? []
      : [warn('runtime state', `${stateTwin} is not used: the YAML file beside it is`, 'tidemark state migrate')]),
  ]);
  return orFine('runtime state', found, 'in order');
}

/** May we write where others look, and does nobody else write there (LS-47)? */
export function checkStatusFolder({ claudeDirs }: DoctorFacts): readonly Finding[] {
  const found = claudeDirs.flatMap(({ status }) => {
    if (status.kind === 'no-directory') return [fail('status folder', `${status.path} is not a directory`, 'move it away')];
    if (status.kind === 'not-writable')
      return [fail('status folder', `${status.path} cannot be written`, `give your user the right: chmod u+rwx "${status.path}"`)];
    const [first] = status.foreign;
    const more = status.foreign.length > 1 ? ` and ${status.foreign.length - 1} more` : '';
    return first === undefined
      ? []
      : [
          fail(
            'status folder',
            `another program writes ${first}${more}`,
            'its sessions are shown too; take out its hook if it is the old way of doing this',
          ),
        ];
  });
  return orFine('status folder', found, 'in order');
}

const MIN_FREE_BYTES = 64 * 1024 * 1024;
const SILENT_MS = 60_000;

/** Locks that nobody gives back, a full disk, files that others may read (BG-5, SEC-50). */
export function checkMachine(facts: DoctorFacts): readonly Finding[] {
  const stuck = facts.locks.filter(({ alive, silentMs }) => !alive || silentMs > SILENT_MS);
  return [
    ...stuck.map(({ path, pid, alive }) =>
      fail(
        'locks',
        `${path} is held by process ${pid}, which ${alive ? 'says nothing' : 'is gone'}`,
        alive ? `end process ${pid} if it hangs` : 'the next Tidemark takes it over by itself',
      ),
    ),
    ...facts.disks
      .filter(({ freeBytes }) => freeBytes < MIN_FREE_BYTES)
      .map(({ path, freeBytes }) =>
        fail(
          'disk',
          `only ${Math.floor(freeBytes / 1024 / 1024)} MiB are free at ${path}`,
          'make room: nothing can be kept on a full disk',
        ),
      ),
    ...facts.lax.map((path) => fail('files', `${path} can be read or written by other users`, `chmod go-rwx "${path}"`)),
  ];
}

/** Old names that mean nothing any more (UR-121), and a Node whose SQLite is not safe for several processes. */
export function checkEnvironment({ oldVariables, nodeVersion }: DoctorFacts): readonly Finding[] {
  const found = oldVariables.map((name) => {
    const instead = `TIDEMARK_${name.slice('TOKEN_MONITOR_'.length)}`;
    return warn('environment', `${name} is set and not read`, INSTEAD.has(instead) ? `use ${instead}` : `take it out`);
  });
  if (!isSupported(nodeVersion))
    found.push(fail('environment', `Node ${nodeVersion} is not supported`, 'use Node 24.15 or newer, or 22.22.3 or newer of the 22 line'));
  return orFine('environment', found, `Node ${nodeVersion}`);
}
const INSTEAD = new Set(['TIDEMARK_CONFIG', 'TIDEMARK_DB', 'TIDEMARK_LOG_LEVEL']);

/** The range of `engines` in package.json. */
export function isSupported(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major === 22) return minor > 22 || (minor === 22 && patch >= 3);
  return major === 24 ? minor >= 15 : major >= 26;
}
