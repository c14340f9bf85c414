import { mkdirSync, mkdtempSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Home, type Json, OLD } from '../homes.ts';
import type { Report } from '../reports.ts';

/** What one way of asking must answer: totals, and each row of the reports named. Tokens; costs in USD. */
export interface Figures {
  /** Words for both programs, `--zone` and `--timezone` apart. */
  readonly zone?: string;
  readonly mode?: 'auto' | 'calculate' | 'display';
  readonly totals: Json;
  readonly rows?: Partial<Record<Exclude<Report, 'projects'>, Record<string, Json>>>;
}

/** A home written and counted by hand. The sums are worked out in the comment above each. */
export interface HandHome {
  readonly name: string;
  /** The rules it shows, by their numbers in the definitions. */
  readonly rules: string;
  /** Content by path below the home's `.claude`; `../.config/claude/…` is the other default directory. */
  readonly files: Readonly<Record<string, string>>;
  /** Links by path, each with the path it leads to, both below `.claude`. */
  readonly links?: Readonly<Record<string, string>>;
  readonly rejectedLines?: number;
  readonly flaggedFields?: number;
  readonly figures: readonly Figures[];
}

/** Writes homes into one throw-away home, all files with the old mtime. */
export function writeHomes(homes: readonly HandHome[]): Home {
  const dir = mkdtempSync(path.join(tmpdir(), 'tidemark-hand-'));
  const home = path.join(dir, 'home');
  const claude = path.join(home, '.claude');
  mkdirSync(claude, { recursive: true });
  for (const { files, links = {} } of homes) {
    for (const [name, content] of Object.entries(files)) writeOld(path.join(claude, name), content);
    for (const [name, target] of Object.entries(links)) {
      mkdirSync(path.dirname(path.join(claude, name)), { recursive: true });
      symlinkSync(path.join(claude, target), path.join(claude, name));
    }
  }
  return { dir, home, claude, defaultDirs: homes.some(({ files }) => Object.keys(files).some((name) => name.startsWith('../'))) };
}

function writeOld(file: string, content: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  utimesSync(file, OLD, OLD);
}
