// Bundles the program into dist/. Run by `npm start` and `npm test`; needs the development dependencies.
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { builtins } from './builtins.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
rmSync('dist', { recursive: true, force: true });

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

const program = await rolldown({
  ...common,
  input: { main: 'src/main.ts', 'decode-worker': 'src/ledger/decode-worker.ts' },
  plugins: [screenApart, builtins()],
});
await program.write({ dir: 'dist', format: 'cjs', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js', minify: true });
await program.close();

const screen = await rolldown({ ...common, input: { screen: 'src/surfaces/tui/run.ts' }, external: [/^node:/, 'react-devtools-core'] });
await screen.write({ dir: 'dist', format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs', minify: true });
await screen.close();

writeFileSync('dist/package.json', '{ "type": "commonjs" }\n');
chmodSync('dist/main.js', 0o755);
