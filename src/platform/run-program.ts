import { execFile } from 'node:child_process';

/** Runs a program with its arguments as they are, never through a shell. Resolves to its output, null when it is missing, fails or takes too long. */
export function runProgram(file: string, args: readonly string[], timeoutMs = 2000): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(file, [...args], { encoding: 'utf8', timeout: timeoutMs, maxBuffer: 1 << 20, windowsHide: true }, (error, stdout) => {
      resolve(error === null ? stdout : null);
    });
  });
}
