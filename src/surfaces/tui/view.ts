import { type Drawing, draw } from './draw.ts';

export interface ViewOptions extends Drawing {
  /** Ends the view: what the framework throws. */
  readonly onError: (error: unknown) => void;
}

/**
 * The view's life on the screen. The first pictures are drawn without the framework, which takes longer to load than everything before it (LV-114); its
 * component takes over when nothing is waited for any more.
 */
export class View {
  private readonly o: ViewOptions;
  private leave: () => void = () => {};
  private later: NodeJS.Immediate | null = null;
  private isClosed = false;

  constructor(options: ViewOptions) {
    this.o = options;
  }

  /** Draws, and calls `onPicture` once the picture is on its way out; what that promises comes before the framework. */
  begin(onPicture: () => Promise<unknown>): void {
    const { controller, onError } = this.o;
    draw(this.o);
    this.leave = controller.subscribe(() => draw(this.o));
    this.later = setImmediate(() => {
      onPicture()
        .then(() => this.mount())
        .catch(onError);
    });
  }

  private async mount(): Promise<void> {
    if (this.isClosed) return;
    const { mount } = await import('./mount.ts');
    if (this.isClosed) return;
    const { ended, unmount } = mount(this.o);
    this.leave();
    this.leave = unmount;
    await ended;
  }

  close(): void {
    this.isClosed = true;
    if (this.later !== null) clearImmediate(this.later);
    this.leave();
  }
}
