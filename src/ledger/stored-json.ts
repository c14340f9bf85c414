/** Text of ours read back from the ledger. A flipped byte in it that SQLite cannot see gives `damaged` instead of an error: one value is lost, not the report (REL-22). */
export function storedJson<T>(text: unknown, damaged: T): T {
  try {
    const value = JSON.parse(String(text)) as T;
    if (damaged === null) return value;
    return value !== null && typeof value === typeof damaged && Array.isArray(value) === Array.isArray(damaged) ? value : damaged;
  } catch {
    return damaged;
  }
}
