import type { Command } from 'commander';
import { cleanUp } from '../../app/doctor/clean.ts';
import type { Finding } from '../../app/doctor/finding.ts';
import { gatherFacts } from '../../app/doctor/gather.ts';
import { diagnose } from '../../app/doctor/report.ts';
import { openApp } from '../../app/open.ts';
import { systemClock } from '../../platform/clock.ts';
import { readEnv } from '../../platform/env.ts';
import { usageError } from '../../platform/errors.ts';
import { writeStdout } from '../../platform/stdout.ts';
import { redact } from '../../text/redact.ts';
import { terminalText } from '../../text/terminal.ts';
import { padded } from '../columns.ts';
import { notes } from '../notes.ts';

interface DoctorFlags {
  readonly json?: boolean;
  readonly clean?: boolean;
  readonly dryRun?: boolean;
  readonly config?: string;
}

/** Version of the `--json` document. */
const SCHEMA_VERSION = 1;

/** `doctor`: what is wrong, and what to do about it; exit 1 on any fault (LS-47, SL-41, BG-5). */
export function addDoctorCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('doctor')
    .description('checks data, settings, hooks, status line, ledger and machine; exit 1 when something is wrong')
    .option('--json', 'as JSON')
    .option('--clean', 'archives sessions that are over for 7 days, and removes what nobody needs any more')
    .option('--dry-run', 'with --clean: says what would go, and changes nothing')
    .option('--config <file>', 'this configuration file')
    .action(async (flags: DoctorFlags) => {
      if (flags.clean) return exit(await clean(flags));
      if (flags.dryRun) throw usageError('--dry-run goes with --clean', 'without it doctor changes nothing anyway');
      const env = readEnv();
      const facts = await gatherFacts(flags.config === undefined ? env : { ...env, TIDEMARK_CONFIG: flags.config }, systemClock.now());
      const findings = diagnose(facts);
      const faults = findings.filter(({ level }) => level === 'fail').length;
      await writeStdout(flags.json ? asJson(findings, faults) : `${lines(findings, faults).join('\n')}\n`);
      if (faults > 0) exit(1);
    });
}

/** `--clean`: one line per file; exit 1 when something could not be removed. */
async function clean(flags: DoctorFlags): Promise<number> {
  const report = await cleanUp(await openApp({ configFile: flags.config }), flags.dryRun ?? false);
  if (flags.json)
    await writeStdout(`${JSON.stringify({ schemaVersion: SCHEMA_VERSION, dryRun: flags.dryRun ?? false, ...report }, null, 2)}\n`);
  else {
    const verb = flags.dryRun ? 'Would remove' : 'Removed';
    const rows = report.removed.map((path) => `${verb} ${printed(path)}`);
    const archived =
      report.archived.length === 0 ? [] : [`${flags.dryRun ? 'Would archive' : 'Archived'} ${report.archived.length} sessions`];
    await writeStdout(`${[...archived, ...rows, ...(rows.length === 0 ? ['Nothing to clean up.'] : [])].join('\n')}\n`);
    await notes(report.problems);
  }
  return report.problems.length > 0 ? 1 : 0;
}

const asJson = (findings: readonly Finding[], faults: number): string =>
  `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ok: faults === 0, findings: findings.map(safe) }, null, 2)}\n`;

const safe = ({ check, level, message, remedy }: Finding): Finding => ({
  check,
  level,
  message: printed(message),
  remedy: remedy === null ? null : printed(remedy),
});
const printed = (text: string): string => terminalText(redact(text), 2000);

function lines(findings: readonly Finding[], faults: number): string[] {
  const rows = padded(findings.flatMap((finding) => rowsOf(safe(finding))));
  const warnings = findings.filter(({ level }) => level === 'warn').length;
  const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;
  return [...rows, '', faults === 0 && warnings === 0 ? 'All is well.' : `${count(faults, 'fault')}, ${count(warnings, 'warning')}.`];
}

/** What was found, and below it what to do. */
const rowsOf = ({ check, level, message, remedy }: Finding): string[][] => [
  [level, check, message],
  ...(remedy === null ? [] : [['', '', `→ ${remedy}`]]),
];
