/** `tidemark statusline`: a line for the client's payload; exit 0, whatever comes (SL-1). Options lead away from the hot path. */
export async function run(argv: readonly string[]): Promise<number> {
  if (argv.some((option) => option !== '--ascii')) return (await import('./options.ts')).runOptions(argv);
  // What is compiled is kept between runs: for this much code it saves more than the look for it costs.
  process.getBuiltinModule('node:module').enableCompileCache?.();
  await (await import('./hot.ts')).runHot(argv.length > 0);
  // Everything is written: without unwinding what is gone in a moment anyway, one more millisecond.
  return process.exit(0);
}
