// For the warm-*.mjs scripts: runs a built file in a home of its own and keeps what V8 has compiled by then.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Script } from 'node:vm';
import { cacheName, keptForm, wrapped } from '../src/platform/code-cache.ts';

/** `use` gets the file's exports and the home's path, and does with them what a usual hour brings, and no more: code that is kept is code that every start loads. */
export async function warm(name, use) {
  const [dir, mark] = [resolve(process.argv[2]), process.argv[3]];
  const home = mkdtempSync(join(tmpdir(), 'tidemark-build-'));
  process.env = { HOME: home };
  process.umask(0o077);
  const file = `${dir}/${name}.js`;
  const script = new Script(wrapped(readFileSync(file, 'latin1')), { filename: file });
  const module = { id: file, filename: file, loaded: false, exports: {} };
  const require = createRequire(file);
  require.cache[file] = module;
  try {
    script.runInThisContext()(module.exports, require, module, file, dir);
    await use(module.exports, home);
    const kept = `${dir}/${cacheName(name, mark)}`;
    writeFileSync(kept, keptForm(script.createCachedData()));
    chmodSync(kept, 0o644);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
