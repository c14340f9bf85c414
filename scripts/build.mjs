// Bundles the program into dist/. Run by `npm start` and `npm test`; needs the development dependencies.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { builtins, lateRequires } from './builtins.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
// Made beside and put in place at the end: what runs from dist/ meanwhile finds it whole.
const dir = `.dist-${process.pid}`;
rmSync(dir, { recursive: true, force: true });

mkdirSync(dir);
writeFileSync(`${dir}/package.json`, '{ "type": "commonjs" }\n');

const common = {
  platform: 'node',
  treeshake: { propertyReadSideEffects: false },
  // The lowest Node that package.json names.
  transform: { target: 'node22.22', define: { 'process.env.NODE_ENV': '"production"' } },
};
const SCREEN = './mount.ts';

/** The full screen's framework is made of ES modules that wait at their top level; everything else starts faster as CommonJS. */
const screenApart = {
  name: 'screen-apart',
  resolveId: (source, _importer, { kind }) =>
    kind === 'dynamic-import' && source === SCREEN ? { id: './screen.mjs', external: true } : null,
  // What is kept as compiled code cannot import by itself (src/platform/code-cache.ts): a small file does it.
  renderChunk: (code) => code.replace(/\bimport\((["'`])\.\/screen\.mjs\1\)/g, () => 'require("./screen.js").load()'),
};
writeFileSync(`${dir}/screen.js`, "exports.load=()=>import('./screen.mjs');\n");

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

const screen = await rolldown({
  ...common,
  // The layout engine's loader looks for `fetch`, which makes Node load its whole HTTP client: the screen has no use for either.
  transform: { ...common.transform, define: { ...common.transform.define, fetch: 'undefined' } },
  input: { screen: 'src/surfaces/tui/mount.ts' },
  external: [/^node:/, 'react-devtools-core'],
  plugins: [lateRequires()],
});
await screen.write({ dir, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs', minify: true });
await screen.close();

/**
 * All that a report needs in one file, and all that the live view's first picture needs in another: fifteen chunks of the program cost 0.3 ms each, and a
 * report that finds nothing new takes 60.
 */
for (const name of ['report', 'live']) {
  const whole = await rolldown({
    ...common,
    input: { [name]: `src/cli/${name}-entry.ts` },
    // What its lazy parts need as well stays in it.
    preserveEntrySignatures: 'allow-extension',
    plugins: [screenApart, builtins(), lateRequires()],
  });
  await whole.write({ dir, format: 'cjs', entryFileNames: '[name].js', chunkFileNames: `${name}-[name]-[hash].js`, minify: true });
  await whole.close();
}

/**
 * A file with plain ASCII alone, which is read as it is, with one question for each of Node's modules instead of one for each of our files, and with the
 * bundler's helpers in it. What it compiles in its first runs is kept for it (src/platform/code-cache.ts). Returns the mark of its content.
 */
function keepCompiled(name, modules, input) {
  const file = `${dir}/${name}.js`;
  const asAscii = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const asked = modules.map((module) => `node_${module}=process.getBuiltinModule('node:${module}')`).join(',');
  const code = readFileSync(file, 'utf8')
    .replace(/process\.getBuiltinModule\(`node:(\w+)`\)/g, (whole, module) => (modules.includes(module) ? `node_${module}` : whole))
    .replace(
      /require\("\.\/([\w-]+-rolldown-runtime-[\w-]+\.js)"\)/,
      (_, runtime) => `(()=>{const exports={};${readFileSync(`${dir}/${runtime}`, 'utf8')};return exports})()`,
    )
    .replace(/[^\0-\x7f]/g, asAscii)
    .replace(/^/, () => `const ${asked};`);
  writeFileSync(file, code);
  const mark = createHash('sha256').update(code).digest('hex').slice(0, 12);
  const warm = spawnSync(process.execPath, [here(`warm-${name}.mjs`), dir, mark], { input, encoding: 'utf8' });
  if (warm.status !== 0) process.stderr.write(`The ${name} starts more slowly, its compiled code is not kept: ${warm.stderr}\n`);
  return mark;
}
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const MARKS = {
  hook: keepCompiled('hook', ['fs', 'path'], '{"session_id":"s-0","hook_event_name":"SessionStart","source":"startup"}'),
  report: keepCompiled('report', ['fs', 'path'], ''),
  live: keepCompiled('live', ['fs', 'path'], ''),
};

/** The program takes these from their files. */
const OWN_FILES = { 'src/sessions/hook.ts': 'hook', 'src/cli/report-entry.ts': 'report', 'src/cli/live-entry.ts': 'live' };
const ownFiles = {
  name: 'own-files',
  resolveId: (source, importer) => {
    if (importer === undefined || !source.startsWith('.')) return null;
    const file = relative('.', join(dirname(importer), source));
    return Object.hasOwn(OWN_FILES, file) ? `\0own:${OWN_FILES[file]}` : null;
  },
  load: (id) => {
    if (!id.startsWith('\0own:')) return null;
    const name = id.slice('\0own:'.length);
    const exported = ['run', ...(name === 'live' ? ['runFlags'] : [])].map(
      (each) => `export const ${each} = (...given) => loadCompiled(require, __dirname, '${name}', '${MARKS[name]}').${each}(...given);`,
    );
    return `import { loadCompiled } from ${JSON.stringify(here('../src/platform/code-cache.ts'))};${exported.join('')}`;
  },
};

const program = await rolldown({
  ...common,
  input: { main: 'src/main.ts', 'decode-worker': 'src/ledger/decode-worker.ts' },
  plugins: [ownFiles, hotApart, builtins(), lateRequires()],
});
await program.write({ dir, format: 'cjs', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js', minify: true });
await program.close();

/** The entry needs nothing of the bundler's own helpers, yet loads their file: a hook would wait half a millisecond for it. */
const entry = readFileSync(`${dir}/main.js`, 'utf8').replace(/,?require\("\.\/rolldown-runtime-[\w-]+\.js"\)(?=;)/, '');
writeFileSync(`${dir}/main.js`, entry);

chmodSync(`${dir}/main.js`, 0o755);
const old = `${dir}-old`;
if (existsSync('dist')) renameSync('dist', old);
renameSync(dir, 'dist');
rmSync(old, { recursive: true, force: true });
