import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type App, openApp, openReady } from '../../src/app/open.ts';
import { type Count, ledgerCount, makeHome, NaiveCounter, remove, tempDir } from './home.ts';

/** Tables and an index whose root page opening a ledger does not touch. */
export const TABLES = ['file', 'event', 'rollup', 'session', 'prompt', 'event_at'] as const;

/** A home that was read once, whose ledger can then be damaged. */
export class DamagedHome {
  readonly dir: string;
  readonly db: string;
  readonly app: App;
  readonly want: Count;

  private constructor(dir: string, app: App) {
    this.dir = dir;
    this.db = app.paths.ledger;
    this.app = app;
    this.want = new NaiveCounter().see(dir).count();
  }

  static async make(): Promise<DamagedHome> {
    const dir = tempDir('recovery');
    makeHome(dir, 3, 20, 5);
    const configFile = join(dir, 'config.yaml');
    writeFileSync(configFile, '');
    const app = await openApp({ configFile, paths: { claudeDirs: [dir], ledger: join(dir, 'state', 'ledger.db') } });
    return new DamagedHome(dir, app);
  }

  /** Reads everything once, then overwrites the root page of one table. */
  async damage(table: string): Promise<void> {
    (await openReady(this.app))[Symbol.dispose]();
    const raw = new DatabaseSync(this.db);
    const page = Number(raw.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table)?.rootpage);
    raw.close();
    const bytes = readFileSync(this.db);
    bytes.fill(0xa5, (page - 1) * 4096, page * 4096);
    writeFileSync(this.db, bytes);
  }

  /** What a later reading at the same place says. */
  async soundLater(): Promise<{ count: Count; notices: readonly string[] }> {
    using ready = await openReady(this.app);
    return { count: ledgerCount(ready.ledger), notices: ready.notices };
  }

  remove(): void {
    remove(this.dir);
  }
}
