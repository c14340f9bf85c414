// Bundles the program into dist/. Run by `npm start` and `npm test`; needs the development dependencies.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { builtins, lateRequires } from './builtins.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
// Made beside and put in place at the end: what runs from dist/ meanwhile finds it whole.
const dir = `.dist-${process.pid}`;
rmSync(dir, { recursive: true, force: true });

const common = {
  platform: 'node',
  treeshake: { propertyReadSideEffects: false },
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
};
const SCREEN = /surfaces\/tui\/run\.ts$/;

/** The full screen's framework is made of ES modules that wait at their top level; everything else starts faster as CommonJS. */
const screenApart = {
  name: 'screen-apart',
  resolveId: (source, _importer, { kind }) =>
    kind === 'dynamic-import' && SCREEN.test(source) ? { id: './screen.mjs', external: true } : null,
};

/**
 * The hot paths are files of their own, each whole: a chunk that it shares with the program costs a file and a module more in every hook, half a
 * millisecond. Their lazy parts, such as the statusline's options, stay apart.
 */
const HOOK = 'src/sessions/hook.ts';
const HOT = {
  statusline: 'src/surfaces/statusline/entry.ts',
  'statusline-hot': 'src/surfaces/statusline/hot.ts',
};
/** Whoever loads one of them finds a file: a dynamic import of a finished file would bring in the loader for ES modules. */
const hotApart = {
  name: 'hot-apart',
  resolveId: (source, importer, { kind }) => {
    if (kind !== 'dynamic-import' || importer === undefined || !source.startsWith('.')) return null;
    const file = relative('.', join(dirname(importer), source));
    const name = Object.keys(HOT).find((each) => HOT[each] === file);
    return name === undefined ? null : { id: `./${name}.js`, external: true };
  },
  renderChunk: (code) =>
    code.replace(/\bimport\((["'`])\.\/([\w-]+)\.js\1\)/g, (whole, _, name) =>
      Object.hasOwn(HOT, name) ? `Promise.resolve().then(()=>require("./${name}.js"))` : whole,
    ),
};

for (const [name, file] of Object.entries({ hook: HOOK, ...HOT })) {
  const hot = await rolldown({
    ...common,
    input: { [name]: file },
    preserveEntrySignatures: 'allow-extension',
    plugins: [hotApart, builtins(), lateRequires()],
  });
  await hot.write({ dir, format: 'cjs', entryFileNames: '[name].js', chunkFileNames: `${name}-[name]-[hash].js`, minify: true });
  await hot.close();
}

/**
 * The hook's file with plain ASCII alone, which is read as it is, and with one question for each of Node's modules instead of one for each of our files.
 * What it compiles in its first runs is kept for it (src/platform/code-cache.ts).
 */
const asAscii = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
const asked = "const node_fs=process.getBuiltinModule('node:fs'),node_path=process.getBuiltinModule('node:path');";
const hookCode = readFileSync(`${dir}/hook.js`, 'utf8')
  .replace(/process\.getBuiltinModule\(`node:(fs|path)`\)/g, (_, name) => `node_${name}`)
  .replace(/[^\0-\x7f]/g, asAscii)
  .replace(/^/, () => asked);
writeFileSync(`${dir}/hook.js`, hookCode);
const mark = createHash('sha256').update(hookCode).digest('hex').slice(0, 12);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const warm = spawnSync(process.execPath, [here('warm-code.mjs'), dir, mark], {
  input: '{"session_id":"s-0","hook_event_name":"SessionStart","source":"startup"}',
  encoding: 'utf8',
});
if (warm.status !== 0) process.stderr.write(`The hook starts more slowly, its compiled code is not kept: ${warm.stderr}\n`);

/** The program's entry takes the hook from its file. */
const hookApart = {
  name: 'hook-apart',
  resolveId: (source, importer) => (source === './sessions/hook.ts' && importer?.endsWith('src/main.ts') ? '\0hook' : null),
  load: (id) =>
    id === '\0hook'
      ? `import { loadCompiled } from ${JSON.stringify(here('../src/platform/code-cache.ts'))};
         export const run = () => loadCompiled(require, __dirname, 'hook', '${mark}').run();`
      : null,
};

const program = await rolldown({
  ...common,
  input: { main: 'src/main.ts', 'decode-worker': 'src/ledger/decode-worker.ts' },
  plugins: [hookApart, hotApart, screenApart, builtins(), lateRequires()],
});
await program.write({ dir, format: 'cjs', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js', minify: true });
await program.close();

/** The entry needs nothing of the bundler's own helpers, yet loads their file: a hook would wait half a millisecond for it. */
const entry = readFileSync(`${dir}/main.js`, 'utf8').replace(/^require\("\.\/rolldown-runtime-[\w-]+\.js"\);/m, '');
writeFileSync(`${dir}/main.js`, entry);

const screen = await rolldown({
  ...common,
  // The layout engine's loader looks for `fetch`, which makes Node load its whole HTTP client: the screen has no use for either.
  transform: { define: { ...common.transform.define, fetch: 'undefined' } },
  input: { screen: 'src/surfaces/tui/run.ts' },
  external: [/^node:/, 'react-devtools-core'],
  plugins: [lateRequires()],
});
await screen.write({ dir, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs', minify: true });
await screen.close();

writeFileSync(`${dir}/package.json`, '{ "type": "commonjs" }\n');
chmodSync(`${dir}/main.js`, 0o755);
const old = `${dir}-old`;
if (existsSync('dist')) renameSync('dist', old);
renameSync(dir, 'dist');
rmSync(old, { recursive: true, force: true });
