// Bundles the program into dist/. Run by `npm start` and `npm test`; needs the development dependencies.
import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
rmSync('dist', { recursive: true, force: true });
const bundle = await rolldown({
  input: { main: 'src/main.ts', 'decode-worker': 'src/ledger/decode-worker.ts' },
  platform: 'node',
  external: [/^node:/, 'react-devtools-core'],
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
});
await bundle.write({ dir: 'dist', format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js', minify: true });
await bundle.close();
chmodSync('dist/main.js', 0o755);
