// Bundles the program into dist/. Run by `npm start` and `npm test`; needs the development dependencies.
import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { builtins } from './builtins.mjs';

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
const HOT = {
  hook: 'src/sessions/hook.ts',
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

const program = await rolldown({
  ...common,
  input: { main: 'src/main.ts', 'decode-worker': 'src/ledger/decode-worker.ts' },
  plugins: [hotApart, screenApart, builtins()],
});
await program.write({ dir, format: 'cjs', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js', minify: true });
await program.close();

for (const [name, file] of Object.entries(HOT)) {
  const hot = await rolldown({
    ...common,
    input: { [name]: file },
    preserveEntrySignatures: 'allow-extension',
    plugins: [hotApart, builtins()],
  });
  await hot.write({ dir, format: 'cjs', entryFileNames: '[name].js', chunkFileNames: `${name}-[name]-[hash].js`, minify: true });
  await hot.close();
}

const screen = await rolldown({ ...common, input: { screen: 'src/surfaces/tui/run.ts' }, external: [/^node:/, 'react-devtools-core'] });
await screen.write({ dir, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs', minify: true });
await screen.close();

writeFileSync(`${dir}/package.json`, '{ "type": "commonjs" }\n');
chmodSync(`${dir}/main.js`, 0o755);
const old = `${dir}-old`;
if (existsSync('dist')) renameSync('dist', old);
renameSync(dir, 'dist');
rmSync(old, { recursive: true, force: true });
