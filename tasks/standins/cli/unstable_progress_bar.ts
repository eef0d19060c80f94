/** Stands in for `@std/cli/unstable-progress-bar` where JSR is out of reach (see `tasks/setup.ts`). */

/** What a formatter makes a line of. */
export interface ProgressBarFormatter {
  /** Time since the start as `mm:ss`. */
  styledTime: string;
  /** Value and maximum in binary units: `0.40/97.66 KiB`. */
  styledData: string;
  /** The bar itself: `###-------`. */
  progressBar: string;
  /** Milliseconds since the start. */
  time: number;
  /** Milliseconds between the start and the frame before. */
  previousTime: number;
  /** The value now. */
  value: number;
  /** The value at the frame before. */
  previousValue: number;
  /** The value that means done. */
  max: number;
}

/** Options of {@linkcode ProgressBar}. */
export interface ProgressBarOptions {
  /**
   * Where the bar is drawn.
   *
   * @default {Deno.stderr.writable}
   */
  writable?: WritableStream<Uint8Array>;
  /**
   * The value to start from.
   *
   * @default {0}
   */
  value?: number;
  /** The value that means done. */
  max: number;
  /**
   * The length of the bar in characters.
   *
   * @default {50}
   */
  barLength?: number;
  /**
   * The character of the part that is done.
   *
   * @default {'#'}
   */
  fillChar?: string;
  /**
   * The character of the part to come.
   *
   * @default {'-'}
   */
  emptyChar?: string;
  /**
   * Whether the bar disappears when it stops.
   *
   * @default {false}
   */
  clear?: boolean;
  /** Makes the line; without it, time, bar and data in square brackets. */
  formatter?: (formatter: ProgressBarFormatter) => string;
  /**
   * Whether the writable stays open when the bar stops.
   *
   * @default {true}
   */
  keepOpen?: boolean;
  /**
   * Milliseconds between two frames.
   *
   * @default {1000}
   */
  interval?: number;
}

const CLEAR_LINE = "\r\x1b[K";
const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"] as const;

/** A progress bar on one line of a terminal, drawn again at every interval until it stops. */
export class ProgressBar {
  /** The value now. */
  value: number;
  /** The value that means done. */
  max: number;

  readonly #options: Required<Pick<ProgressBarOptions, "barLength" | "fillChar" | "emptyChar">>;
  readonly #clear: boolean;
  readonly #formatter: (formatter: ProgressBarFormatter) => string;
  readonly #writer: WritableStreamDefaultWriter<string>;
  readonly #piped: Promise<void>;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #startedMs = Date.now();
  #previousTime = 0;
  #previousValue: number;

  constructor(options: ProgressBarOptions) {
    const { barLength = 50, fillChar = "#", emptyChar = "-" } = options;
    this.value = options.value ?? 0;
    this.max = options.max;
    this.#options = { barLength, fillChar, emptyChar };
    this.#clear = options.clear ?? false;
    this.#formatter = options.formatter ??
      ((at) => `[${at.styledTime}] [${at.progressBar}] [${at.styledData}]`);
    this.#previousValue = this.value;

    const encoder = new TextEncoderStream();
    this.#writer = encoder.writable.getWriter();
    this.#timer = setInterval(() => this.#draw(), options.interval ?? 1000);
    // A terminal that went away is no reason to fail.
    this.#piped = encoder.readable
      .pipeTo(options.writable ?? Deno.stderr.writable, { preventClose: options.keepOpen ?? true })
      .catch(() => clearInterval(this.#timer));
    this.#draw();
  }

  /** Draws the last frame, or clears the line, and lets go of the writable. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    try {
      if (this.#clear) {
        await this.#writer.write(CLEAR_LINE);
      } else {
        await this.#draw();
        await this.#writer.write("\n");
      }
      await this.#writer.close();
      await this.#piped;
    } catch {
      // As above: nobody is left to see it.
    }
  }

  async #draw(): Promise<void> {
    const time = Date.now() - this.#startedMs;
    const { value, max } = this;
    const { barLength, fillChar, emptyChar } = this.#options;
    const filled = Math.trunc(Math.min(Math.max(value / max, 0), 1) * barLength);
    const line = this.#formatter({
      styledTime: minutesAndSeconds(time),
      styledData: dataOf(value, max),
      progressBar: fillChar.repeat(filled) + emptyChar.repeat(barLength - filled),
      time,
      previousTime: this.#previousTime,
      value,
      previousValue: this.#previousValue,
      max,
    });
    await this.#writer.write(CLEAR_LINE + line).catch(() => {});
    this.#previousTime = time;
    this.#previousValue = value;
  }
}

function minutesAndSeconds(timeMs: number): string {
  const seconds = Math.trunc(timeMs / 1000);
  return [Math.trunc(seconds / 60), seconds % 60].map((n) => `${n}`.padStart(2, "0")).join(":");
}

/** Both figures in the largest unit that does not exceed the maximum, at least KiB. */
function dataOf(value: number, max: number): string {
  const power = Math.min(Math.max(Math.floor(Math.log2(max) / 10), 1), UNITS.length);
  const [done, all] = [value, max].map((n) => (n / 1024 ** power).toFixed(2));
  return `${done}/${all} ${UNITS[power - 1]}`;
}
