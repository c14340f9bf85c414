// Loaded into the view before anything else: at SIGUSR2 it collects the heap and says in one line of HOME/heap.jsonl what is in use (bytes).
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
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  appendFileSync(join(process.env.HOME, 'heap.jsonl'), `${JSON.stringify({ at: Date.now(), heapUsed, external, arrayBuffers })}\n`);
});
