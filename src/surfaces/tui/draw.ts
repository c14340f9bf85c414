import type { Controller } from './controller.ts';
import type { Screen } from './screen/screen.ts';

/** What a picture is drawn from and on. */
export interface Drawing {
  readonly controller: Controller;
  readonly screen: Screen;
  /** Brings the screen to the controller's size and look before rows are set. */
  readonly prepare: () => void;
}

/** Puts the lines of the newest picture on the screen, which writes the difference. */
export function draw({ controller, screen, prepare }: Drawing): void {
  prepare();
  const lines = controller.lines();
  for (let index = 0; index < lines.length; index++) screen.setRow(index, lines[index]!);
  screen.flush();
}
