import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';

/** The view's root component in the bundle: the real one, which throws at its work once it is told to. */
const APP = path.resolve('src/surfaces/tui/app.tsx');
const breakable = {
  name: 'breakable-component',
  resolveId: (source: string, importer: string | undefined) =>
    source === './app.tsx' && importer?.endsWith('mount.ts') === true ? '\0breakable' : null,
  load: (id: string) =>
    id === '\0breakable'
      ? `import { App as Real } from ${JSON.stringify(APP)};
         export function App(props) {
           const { screen } = props;
           const setRow = screen.setRow.bind(screen);
           screen.setRow = (...row) => {
             if (globalThis.breaksComponent) throw new Error('bang-component');
             setRow(...row);
           };
           return Real(props);
         }`
      : null,
};

/** Below our own node_modules: what is loaded only when it is needed is found from there. */
const CACHE = path.resolve('node_modules/.cache');

/** Bundles live-entry.ts into a directory of its own and gives the program's path and what removes it. */
export async function bundleEntry(): Promise<{ readonly file: string; readonly remove: () => void }> {
  mkdirSync(CACHE, { recursive: true });
  const dir = mkdtempSync(path.join(CACHE, 'tidemark-entry-'));
  const bundle = await rolldown({
    input: { entry: path.resolve('test/e2e/live-entry.ts') },
    platform: 'node',
    external: [/^node:/, 'react-devtools-core'],
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    plugins: [breakable],
  });
  await bundle.write({ dir, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
  await bundle.close();
  return { file: path.join(dir, 'entry.mjs'), remove: () => rmSync(dir, { recursive: true, force: true }) };
}
