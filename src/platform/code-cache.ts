/*
 * A program that runs for milliseconds spends most of them on compiling: V8 compiles a function when it is first called, and what Node keeps of a file
 * (`enableCompileCache`) is what was compiled before the first call. The build runs the hot path once for all, and puts what V8 has compiled then beside it.
 */

type Require = ((id: string) => unknown) & { readonly cache?: Record<string, unknown> };

/** Code kept for one file by one Node on one kind of machine: any other must not find it. `mark` tells one content of the file from another. */
export const cacheName = (name: string, mark: string): string =>
  `${name}-${mark}-${process.version}-${process.platform}-${process.arch}.cache`;

/** What `require` wraps a file in; kept code counts for this very text alone. */
export const wrapped = (source: string): string => `(function(exports,require,module,__filename,__dirname){${source}\n})`;

/** The exports of `<dir>/<name>.js`, a CommonJS file, with its kept code where there is any for this Node; else as `require` would give them. */
export function loadCompiled(require: Require, dir: string, name: string, mark: string): unknown {
  const file = `${dir}/${name}.js`;
  const script = compiled(file, `${dir}/${cacheName(name, mark)}`);
  if (script === null) {
    process.getBuiltinModule('node:module').enableCompileCache?.();
    return require(file);
  }
  const module = { id: file, filename: file, loaded: false, exports: {} };
  // A chunk of this file that is loaded later asks for it by name and must be given this one, not a second.
  if (require.cache !== undefined) require.cache[file] = module;
  script.runInThisContext()(module.exports, require, module, file, dir);
  module.loaded = true;
  return module.exports;
}

/** Null when there is no kept code, or V8 refuses it: made by another version, or with other flags. */
function compiled(filename: string, cache: string) {
  const { readFileSync } = process.getBuiltinModule('node:fs');
  try {
    const cachedData = readFileSync(cache);
    const { Script } = process.getBuiltinModule('node:vm');
    const script = new Script(wrapped(readFileSync(filename, 'latin1')), { filename, cachedData });
    return script.cachedDataRejected ? null : script;
  } catch {
    return null;
  }
}
