/** The lowest Node that runs Tidemark, as in package.json. */
const LOWEST = [22, 22] as const;

/** What to say when this Node is older than Tidemark needs, else null. `version` as `process.versions.node`. */
export function tooOldNode(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > LOWEST[0] || (major === LOWEST[0] && minor >= LOWEST[1])) return null;
  return `tidemark: this is Node ${version}, and Tidemark needs ${LOWEST.join('.')} or newer. Install a newer Node and run this again.`;
}
