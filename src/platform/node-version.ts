/** The lowest Node that runs Tidemark, as in package.json. */
const LOWEST = [22, 22] as const;

/** What to say when this Node is older than Tidemark needs, else null. `version` as `process.versions.node`. */
export function tooOldNode(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > LOWEST[0] || (major === LOWEST[0] && minor >= LOWEST[1])) return null;
  return `tidemark: this is Node ${version}, and Tidemark needs ${LOWEST.join('.')} or newer. Install a newer Node and run this again.`;
}

/** From here on Node does not call its SQLite experimental. */
const SETTLED_SQLITE = 24;

/** Keeps Node 22 from saying that its SQLite is experimental: it says so a moment later, in the middle of the first picture. `version` as `process.versions.node`. */
export function hideSqliteWarning(version: string, warner: Pick<NodeJS.Process, 'emitWarning'> = process): void {
  if (Number.parseInt(version, 10) >= SETTLED_SQLITE) return;
  const emit = warner.emitWarning as (...args: unknown[]) => void;
  warner.emitWarning = (...args: unknown[]) => {
    if (!String(args[0]).startsWith('SQLite is an experimental feature')) emit.apply(warner, args);
  };
}
