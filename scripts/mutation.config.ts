import { defineConfig } from 'vitest/config';

/** The tests that say with literals what the pure parts of the live view do: those over pictures and keys at random run everything for each mutant. */
export default defineConfig({
  test: {
    include: [
      'src/surfaces/tui/{rows,sections,filter,ui,input}/**/*.test.ts',
      'src/surfaces/tui/{layout,keys,theme,frame}.test.ts',
      'src/monitor/verdict.test.ts',
    ],
    maxWorkers: 1,
  },
});
