// Loaded into the view before anything else: at SIGUSR2 it collects the heap and says in one line of HOME/heap.jsonl what is in use,
// and how much of that is compiled code (bytes).
const { appendFileSync } = require('node:fs');
const { join } = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');
process.on('SIGUSR2', () => {
  // Twice: what the first leaves to finalizers, the second takes.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  const spaces = v8.getHeapSpaceStatistics().filter(({ space_name }) => /code|trusted/.test(space_name));
  const code = spaces.reduce((sum, { space_used_size }) => sum + space_used_size, 0);
  appendFileSync(join(process.env.HOME, 'heap.jsonl'), `${JSON.stringify({ at: Date.now(), heapUsed, external, code })}\n`);
});
