import type { Problem } from '../../config/problems.ts';
import type { FoundClient } from '../install/client-version.ts';
import type { Launcher } from '../install/launcher.ts';
import type { InstallRecord } from '../install/record.ts';
import type { SettingsLevel } from '../install/settings-levels.ts';

/* Everything the doctor looked at, as plain data: each check is a function of it. Times in epoch ms. */

export interface StatusFolderFacts {
  readonly path: string;
  /** `absent` is fine: it is made when it is needed. */
  readonly kind: 'absent' | 'writable' | 'not-writable' | 'no-directory';
  /** Status files that another program wrote within the last day. */
  readonly foreign: readonly string[];
}

export interface ClaudeDirFacts {
  readonly path: string;
  readonly exists: boolean;
  /** Has a `projects` folder. */
  readonly hasProjects: boolean;
  readonly levels: readonly SettingsLevel[];
  readonly status: StatusFolderFacts;
  /** What is wrong with the runtime-state file, as file:line:column: reason. */
  readonly stateProblem: string | null;
  /** The JSON file beside the YAML one. */
  readonly stateTwin: string | null;
}

export interface LauncherFacts {
  readonly path: string;
  readonly exists: boolean;
  readonly isExecutable: boolean;
  /** What it starts; null when it cannot be read or is not ours. */
  readonly target: Launcher | null;
  readonly hasNode: boolean;
  readonly hasEntry: boolean;
  /** Null = not tried. */
  readonly runs: boolean | null;
}

export interface UsedModel {
  readonly name: string;
  readonly requests: number;
  readonly isPriced: boolean;
}

export interface LedgerFacts {
  readonly path: string;
  readonly kind: 'absent' | 'fine' | 'damaged' | 'newer' | 'unreadable';
  /** What SQLite or the system says of a ledger that is not fine. */
  readonly reason: string | null;
  readonly isWritable: boolean;
  readonly models: readonly UsedModel[];
  /** Newest request, null without any. */
  readonly lastRecord: number | null;
  readonly unreadable: readonly { readonly path: string; readonly code: string }[];
  /** Transcripts that could not be read the last times (UR-103). */
  readonly failing?: readonly { readonly path: string; readonly code: string; readonly times: number; readonly isLeftAlone: boolean }[];
  /** Transcripts whose content was changed under an equal size and time (REL-13). */
  readonly rewritten?: readonly string[];
  /** Transcripts with lines that could not be read, most first. */
  readonly rejected: readonly { readonly path: string; readonly lines: number }[];
}

/** A session that lives now, as far as the doctor looks at it. */
export interface LiveFact {
  readonly id: string;
  readonly title: string;
  readonly configDir: string;
  readonly alive: boolean | null;
  /** Start of its oldest process; null = unknown. */
  readonly startedAt: number | null;
  readonly isInteractive: boolean;
  readonly hasEvents: boolean;
  /** When a hook last told of it, and when its transcript last grew; null = never. */
  readonly eventAt: number | null;
  readonly grewAt: number | null;
  readonly hasCapture: boolean;
  /** What two sources say differently, ready to be read (LS-8). */
  readonly disagreements: readonly string[];
}

/** Something that tells of sessions, or is told. */
export interface SourceFact {
  readonly name: string;
  /** Last success; null = never. */
  readonly at: number | null;
  /** The newest in the log, as a code or a text of ours; null = none is known. */
  readonly error: { readonly at: number; readonly what: string } | null;
}

export interface DoctorFacts {
  readonly now: number;
  readonly home: string;
  readonly claudeDirs: readonly ClaudeDirFacts[];
  readonly clients: readonly FoundClient[];
  readonly launcher: LauncherFacts;
  readonly record: InstallRecord;
  /** Null = not installed. `isRunning` is null where the service manager does not answer. */
  readonly service: { readonly path: string; readonly hasUnit: boolean; readonly isRunning: boolean | null } | null;
  readonly config: { readonly path: string; readonly problems: readonly Problem[]; readonly isCompiled: boolean };
  /** Null = it could not be read. */
  readonly chain: { readonly command: string | null; readonly mode: string } | null;
  readonly ledger: LedgerFacts;
  readonly live: readonly LiveFact[];
  /** Registry files of processes that are gone. */
  readonly leftovers: readonly string[];
  /** The newest time found in each kind of evidence. */
  readonly newest: readonly { readonly what: string; readonly at: number }[];
  /** Time of the last run of the status line; null = none. */
  readonly lastCapture: number | null;
  readonly sources: readonly SourceFact[];
  /** One-minute average, and processors for it. */
  readonly load: { readonly average: number; readonly processors: number };
  readonly summaryAt: number | null;
  readonly locks: readonly { readonly path: string; readonly silentMs: number; readonly pid: number; readonly alive: boolean }[];
  readonly disks: readonly { readonly path: string; readonly freeBytes: number }[];
  readonly lax: readonly string[];
  readonly oldVariables: readonly string[];
  readonly nodeVersion: string;
  readonly platform: NodeJS.Platform;
}
