import { loadavg } from 'node:os';
import { expect, test } from 'vitest';
import { machineLoad, processors } from './machine.ts';

test("session-state §2.1: the load is the system's own, and there is a processor", () => {
  const [before, load, after] = [loadavg()[0]!, machineLoad(), loadavg()[0]!];
  expect(load).toBeGreaterThanOrEqual(Math.min(before, after) - 0.01);
  expect(load).toBeLessThanOrEqual(Math.max(before, after) + 0.01);
  expect(processors()).toBeGreaterThanOrEqual(1);
});
