import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { describe, expect, test } from 'vitest';

/* The rules of docs/ARCHITECTURE.md that a machine can check. A rule that fails names file and reason: mend the code, not the rule. */

const ROOT = path.resolve(import.meta.dirname, '..');
const SRC = path.join(ROOT, 'src');

/** A folder may import itself and those before it. */
const ORDER = [
  'text',
  'platform',
  'config',
  'pricing',
  'transcripts',
  'watch',
  'usage',
  'ledger',
  'sessions',
  'accounts',
  'monitor',
  'alerts',
  'surfaces',
  'hub',
  'app',
  'cli',
  'main.ts',
];
/** Edges that the order allows and the design does not. */
const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  surfaces: ['ledger', 'transcripts', 'watch'],
  cli: ['transcripts'],
  hub: ['alerts'],
};
const PURE = ['usage', 'pricing'];
const MAX_LINES = 400;

type Node = Readonly<Record<string, unknown>> & { readonly type: string };

interface Source {
  /** Relative to src, with `/`. */
  readonly file: string;
  readonly folder: string;
  readonly lines: number;
  readonly nodes: readonly Node[];
  /** What it imports or re-exports, types too: `node:fs`, a package, or a path relative to src. */
  readonly imports: readonly string[];
}

const isTest = (file: string) => /\.test\.tsx?$/.test(file);
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

function everyNode(node: Node, into: Node[] = []): Node[] {
  into.push(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) everyNode(child, into);
  }
  return into;
}

/** The module that a static, dynamic or type import or a re-export names; null for any other node, and for a computed one. */
function specifier(node: Node): string | null {
  if (!['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression', 'TSImportType'].includes(node.type))
    return null;
  const source = node.source as { readonly value?: unknown } | null | undefined;
  return typeof source?.value === 'string' ? source.value : null;
}

function readSource(file: string): Source {
  const text = readFileSync(path.join(SRC, file), 'utf8');
  const nodes = everyNode(parseAst(text, { lang: file.endsWith('x') ? 'tsx' : 'ts' }) as unknown as Node);
  const imports = nodes.map(specifier).filter((name) => name !== null);
  const resolved = imports.map((name) => (name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name) : name));
  return { file, folder: file.split('/')[0]!, lines: text.split('\n').length - 1, nodes, imports: resolved };
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll(path.sep, '/'));
const all = files
  .filter((file) => /\.tsx?$/.test(file))
  .sort()
  .map(readSource);
const product = all.filter(({ file }) => !isTest(file));
const byFile = new Map(all.map((source) => [source.file, source]));

const inside = (source: Source): string[] => source.imports.filter((name) => byFile.has(name));
const folderOf = (file: string) => file.split('/')[0]!;
const breaches = (find: (source: Source) => readonly string[], among: readonly Source[] = product): string[] =>
  among.flatMap((source) => find(source).map((what) => `${source.file}: ${what}`));

describe('imports', () => {
  test('every folder has its place in the order', () => {
    expect([...new Set(product.map(({ folder }) => folder))].filter((folder) => !ORDER.includes(folder))).toEqual([]);
  });

  test('a folder imports only folders to its left', () => {
    const rightward = (from: Source) => inside(from).filter((to) => ORDER.indexOf(folderOf(to)) > ORDER.indexOf(from.folder));
    expect(breaches(rightward)).toEqual([]);
  });

  test('every relative import names a file that exists, with its ending', () => {
    expect(breaches((from) => from.imports.filter((name) => isOurs(name) && !byFile.has(name)))).toEqual([]);
  });

  test('surfaces know neither ledger, transcripts nor watch; cli and surfaces do not know transcripts (UR-1); hub does not know alerts', () => {
    expect(breaches((from) => inside(from).filter((to) => FORBIDDEN[from.folder]?.includes(folderOf(to))))).toEqual([]);
  });

  test('surfaces do not know each other', () => {
    const surface = (file: string) => file.split('/')[1];
    const other = (from: Source) => inside(from).filter((to) => folderOf(to) === 'surfaces' && surface(to) !== surface(from.file));
    expect(breaches((from) => (from.folder === 'surfaces' ? other(from) : []))).toEqual([]);
  });

  test('no file leads back to itself', () => {
    expect(cycles()).toEqual([]);
  });

  test('usage and pricing do no I/O: they import no node: module', () => {
    expect(breaches((from) => (PURE.includes(from.folder) ? from.imports.filter((name) => name.startsWith('node:')) : []))).toEqual([]);
  });

  test('node:sqlite has one home', () => {
    expect(product.filter(({ imports }) => imports.includes('node:sqlite')).map(({ file }) => file)).toEqual(['ledger/driver.ts']);
  });
});

describe('code', () => {
  const outside = (...homes: readonly string[]) => product.filter(({ folder }) => !homes.includes(folder));

  test.each([
    ['process.env', (node: Node) => isMember(node, 'process', 'env')],
    ['Date.now()', (node: Node) => isMember(node, 'Date', 'now')],
    [
      'new Date() without a time',
      (node: Node) => node.type === 'NewExpression' && named(node.callee, 'Date') && (node.arguments as unknown[]).length === 0,
    ],
    ['console', (node: Node) => node.type === 'MemberExpression' && named(node.object, 'console')],
    [
      'homedir()',
      (node: Node) => node.type === 'CallExpression' && (named(node.callee, 'homedir') || isMember(node.callee, 'os', 'homedir')),
    ],
  ])('%s is used in platform/ only', (what, uses) => {
    expect(breaches(({ nodes }) => (nodes.some(uses) ? [what] : []), outside('platform'))).toEqual([]);
  });

  test('SQL is put together from parts in ledger/ only', () => {
    const sql = /^\s*(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|DROP|PRAGMA|WITH|ATTACH)\s/;
    const spliced = (node: Node) => {
      const [first] = (node.quasis ?? []) as readonly { readonly value: { readonly raw: string } }[];
      return node.type === 'TemplateLiteral' && (node.expressions as unknown[]).length > 0 && sql.test(first?.value.raw ?? '');
    };
    expect(breaches(({ nodes }) => (nodes.some(spliced) ? ['SQL put together from parts'] : []), outside('ledger'))).toEqual([]);
  });

  test(`no file has more than ${MAX_LINES} lines, price tables aside`, () => {
    const long = (source: Source) =>
      source.lines > MAX_LINES && !source.file.startsWith('pricing/table') ? [`${source.lines} lines`] : [];
    expect(breaches(long, all)).toEqual([]);
  });

  test('no file is named for having no subject', () => {
    expect(files.filter((file) => /(?:^|[/.-])(?:utils?|helpers?|managers?)(?:[/.-]|$)/i.test(file))).toEqual([]);
  });
});

describe('supply chain', () => {
  const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
  const manifest = JSON.parse(read('package.json')) as Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;
  const lock = JSON.parse(read('package-lock.json')) as { readonly packages: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
  const locked = Object.entries(lock.packages).filter(([where, entry]) => where !== '' && entry.link !== true);

  test('SEC-100: dependencies have exact versions', () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([]);
  });

  test('SEC-100: every entry of the lockfile has integrity, and none the address it came from', () => {
    expect(locked.filter(([, entry]) => typeof entry.integrity !== 'string').map(([where]) => where)).toEqual([]);
    expect(locked.filter(([, entry]) => 'resolved' in entry).map(([where]) => where)).toEqual([]);
    expect(read('.npmrc')).toMatch(/^omit-lockfile-registry-resolved=true$/m);
  });

  test('SEC-100: only node may run an install script', () => {
    expect(manifest.allowScripts).toEqual({ node: true });
    const runs = Object.keys(manifest.scripts ?? {}).filter((name) => /^(?:pre|post)?(?:install|prepare)$/.test(name));
    expect(runs).toEqual([]);
  });

  test('SEC-101: every runtime dependency has its reason in docs/ARCHITECTURE.md, and no other is imported', () => {
    const table = read('docs/ARCHITECTURE.md');
    const names = Object.keys(manifest.dependencies ?? {});
    expect(names.filter((name) => !table.includes(`| \`${name}\` |`))).toEqual([]);
    const packages = (from: Source) => from.imports.filter((name) => !name.startsWith('node:') && !isOurs(name));
    const known = (name: string) => names.some((each) => name === each || name.startsWith(`${each}/`));
    expect(breaches((from) => packages(from).filter((name) => !known(name)))).toEqual([]);
  });
});

/** Whether an import names a file of this repository rather than a package: its first part is a folder or file of src, or leads out of it. */
function isOurs(name: string): boolean {
  return name.startsWith('..') || name.startsWith('/') || ORDER.includes(folderOf(name)) || /\.tsx?$/.test(name);
}

function named(value: unknown, name: string): boolean {
  return isNode(value) && value.type === 'Identifier' && value.name === name;
}

function isMember(value: unknown, object: string, property: string): boolean {
  return isNode(value) && value.type === 'MemberExpression' && named(value.object, object) && named(value.property, property);
}

/** Each way back to a file already on the path, as `a → b → a`; type imports count, for the reader has to follow them too. */
function cycles(): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file)) {
      found.push([...trail.slice(trail.indexOf(file)), file].join(' → '));
      return;
    }
    if (done.has(file)) return;
    for (const next of inside(byFile.get(file)!)) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const { file } of product) visit(file, []);
  return found;
}
