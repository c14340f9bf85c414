// Writes schemas/*.schema.json from the schemas the program itself is tested with: `node scripts/schemas.mjs`. Refuses to take a field away or rename one,
// since other people's scripts read them; `--breaking` does it all the same, together with a new schemaVersion (UR-40). `--check` writes nothing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { node, root } from './prepare.mjs';

/** The pinned Node reads TypeScript as it is; an older one that npm was started with may not. */
if (process.execPath !== node() && process.env.TIDEMARK_PINNED === undefined) {
  const again = spawnSync(node(), process.argv.slice(1), { stdio: 'inherit', env: { ...process.env, TIDEMARK_PINNED: '1' } });
  process.exit(again.status ?? 1);
}
const { propertiesOf, schemaFiles } = await import(new URL('../src/surfaces/export/json-schema.ts', import.meta.url));
const folder = join(root, 'schemas');
const files = schemaFiles();
const before = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.schema.json')) : [];
const stored = new Map(before.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

const lost = [...stored].flatMap(([name, text]) => {
  const now = new Set(files.has(name) ? propertiesOf(JSON.parse(files.get(name))) : []);
  return propertiesOf(JSON.parse(text))
    .filter((place) => !now.has(place))
    .map((place) => `${name}: ${place}`);
});
const isStale = files.size !== stored.size || [...files].some(([name, text]) => stored.get(name) !== text);
if (process.argv.includes('--check')) {
  if (isStale) process.stderr.write('schemas/ is not current: run node scripts/schemas.mjs\n');
  process.exit(isStale ? 1 : 0);
}
if (lost.length > 0 && !process.argv.includes('--breaking')) {
  process.stderr.write(`These fields would go, which breaks the scripts that read them:\n  ${lost.join('\n  ')}\n`);
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
for (const name of before) if (!files.has(name)) rmSync(join(folder, name));
for (const [name, text] of files) writeFileSync(join(folder, name), text);
process.stdout.write(`${files.size} schemas in ${folder}\n`);
