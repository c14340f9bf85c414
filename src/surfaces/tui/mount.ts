import { PassThrough, Writable } from 'node:stream';
import { render } from 'ink';
import { createElement } from 'react';
import { App } from './app.tsx';
import type { Drawing } from './draw.ts';

/** The component in the framework's tree. */
export interface Mounted {
  /** Rejects with what the component throws. */
  readonly ended: Promise<unknown>;
  readonly unmount: () => void;
}

/** Mounts the view's component; what the framework itself would write goes nowhere. */
export function mount({ controller, screen, prepare }: Drawing): Mounted {
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() });
  const app = render(createElement(App, { controller, screen, prepare }), {
    stdout: nothing as unknown as NodeJS.WriteStream,
    stderr: nothing as unknown as NodeJS.WriteStream,
    stdin: new PassThrough() as unknown as NodeJS.ReadStream,
    interactive: false,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  return { ended: app.waitUntilExit(), unmount: () => app.unmount() };
}
