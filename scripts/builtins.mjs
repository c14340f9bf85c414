import module from 'node:module';

const PREFIX = '\0node:';
const REQUIRED = '\0required:';
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
/** Reserved words that are names of exports somewhere. */
const RESERVED = new Set(['default', 'module']);

/**
 * A bundler plugin: Node's own modules by `process.getBuiltinModule` instead of `import`. An import statement builds the whole module namespace, and for
 * `node:fs` that loads the streams and promises nobody asked for: 3 ms of every start, a tenth of what a bare Node takes. Unused names are dropped.
 */
export function builtins() {
  const names = new Set(module.builtinModules.map((name) => name.replace(/^node:/, '')));
  return {
    name: 'builtins',
    resolveId(source, importer, { kind }) {
      const name = source.replace(/^node:/, '');
      if (!names.has(name)) return null;
      // A dynamic import would keep every name alive.
      if (kind === 'dynamic-import') return { id: `node:${name}`, external: true };
      // One for each importer: it lies in its chunk, and what only a rarely loaded one uses is not evaluated at every start.
      return { id: `${kind === 'require-call' ? REQUIRED : PREFIX}${name}?${importer}`, moduleSideEffects: false };
    },
    load(id) {
      if (id.startsWith(REQUIRED)) return required(nameIn(id, REQUIRED));
      if (!id.startsWith(PREFIX)) return null;
      const name = nameIn(id, PREFIX);
      const exported = Object.keys(process.getBuiltinModule(`node:${name}`)).filter((key) => IDENTIFIER.test(key) && !RESERVED.has(key));
      const lines = exported.map((key) => `export const ${key} = ${LAZY.has(name) ? call(name, key) : `m.${key}`};`);
      // The whole module as one name is mostly a way to call one of its functions much later.
      const whole = LAZY.has(name) ? lazily(name) : 'm';
      return [`const m = /* @__PURE__ */ process.getBuiltinModule('node:${name}');`, `export default ${whole};`, ...lines].join('\n');
    },
  };
}

const nameIn = (id, prefix) => id.slice(prefix.length, id.indexOf('?'));

/** Modules of functions that are costly to load and that many starts never call. */
const LAZY = new Set(['crypto', 'child_process', 'os', 'zlib']);
const call = (name, key) => {
  const value = process.getBuiltinModule(`node:${name}`)[key];
  return typeof value === 'function' && !/^[A-Z]/.test(key)
    ? `(...a) => process.getBuiltinModule('node:${name}').${key}(...a)`
    : `m.${key}`;
};

/** For CommonJS libraries, which take whole modules and use a name or two of them much later. */
function required(name) {
  const value = process.getBuiltinModule(`node:${name}`);
  if (typeof value !== 'object') return `module.exports = process.getBuiltinModule('node:${name}');`;
  return `module.exports = ${lazily(name)};`;
}

const lazily = (name) => {
  const keys = Object.keys(process.getBuiltinModule(`node:${name}`)).filter((key) => IDENTIFIER.test(key));
  return `{${keys.map((key) => `get ${key}() { return process.getBuiltinModule('node:${name}').${key}; }`).join(',')}}`;
};

/**
 * A bundler plugin: what our source loads late by `createRequire`, which a bundler does not see, becomes part of the bundle and stays as late. Without it
 * the program would need its packages beside it.
 */
export function lateRequires() {
  return {
    name: 'late-requires',
    transform: {
      filter: { id: /[\\/]src[\\/].*\.ts$/, code: /createRequire\(import\.meta\.url\)\(/ },
      handler: (code) => code.replaceAll('createRequire(import.meta.url)(', 'require('),
    },
  };
}
