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

/**
 * What is kept: the code twice. V8 runs damaged code as it finds it, and no checksum is at hand that is fast enough: one in JavaScript takes 1 ms for 460 kB
 * in a process that has just started, `node:zlib` takes 2 ms to load. Comparing two copies takes 0.14 ms.
 */
export const keptForm = (code: Buffer): Buffer => Buffer.concat([code, code]);

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

/** Null when there is no kept code, it is damaged, or V8 refuses it: made by another version, or with other flags. */
function compiled(filename: string, cache: string) {
  const { readFileSync } = process.getBuiltinModule('node:fs');
  try {
    const cachedData = keptCode(cache);
    if (cachedData === null) return null;
    const { Script } = process.getBuiltinModule('node:vm');
    const script = new Script(wrapped(readFileSync(filename, 'latin1')), { filename, cachedData });
    return script.cachedDataRejected ? null : script;
  } catch {
    return null;
  }
}

/** Bytes of the second copy that are read at a time: few enough to stay near the processor, and memory for all of it would cost more than reading it. */
const PIECE_BYTES = 65_536;

/** The code in a file made by {@link keptForm}; null when its copies differ. */
function keptCode(cache: string): Buffer | null {
  const { closeSync, fstatSync, openSync, readSync } = process.getBuiltinModule('node:fs');
  const fd = openSync(cache, 'r');
  try {
    const size = fstatSync(fd).size / 2;
    if (!Number.isInteger(size)) return null;
    const code = Buffer.allocUnsafeSlow(size);
    if (readSync(fd, code, 0, size, 0) !== size) return null;
    const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
    for (let at = 0; at < size; at += PIECE_BYTES) {
      const length = Math.min(PIECE_BYTES, size - at);
      if (readSync(fd, piece, 0, length, size + at) !== length || code.compare(piece, 0, length, at, at + length) !== 0) return null;
    }
    return code;
  } finally {
    closeSync(fd);
  }
}
