/**
 * A line on a terminal that is drawn over itself while something goes on: a bar, and words.
 *
 * @module
 */

interface Progress {
  readonly done: number;
  readonly total: number;
  readonly words: string;
}

/** A line that is redrawn until it is stopped, which clears it. */
export interface ProgressLine {
  stop(): Promise<void>;
}

/** Where a line is drawn, if it is a terminal. */
type Terminal = Pick<typeof Deno.stderr, "isTerminal" | "write">;

const REFRESH_MS = 250;
const BAR_LENGTH = 24;
/** Back to the first column, and clear what is there. */
const CLEAR_LINE = "\r\x1b[K";
/** What exceeds the terminal's width is cut off, as a second line would stay there. */
const [CUT_OFF, WRAP] = ["\x1b[?7l", "\x1b[?7h"];

/**
 * Draws a progress line; nothing where there is no terminal.
 *
 * @param terminal Standard error, unless given.
 */
export function showLine(read: () => Progress, terminal: Terminal = Deno.stderr): ProgressLine {
  if (!terminal.isTerminal()) return { stop: () => Promise.resolve() };
  let written = Promise.resolve();
  const draw = (text: string) => {
    const bytes = new TextEncoder().encode(CLEAR_LINE + text);
    // A terminal that is gone is no reason to fail.
    written = written.then(() => terminal.write(bytes)).then(() => {}, () => {});
    return written;
  };
  const redraw = () => draw(lineOf(read()));
  const timer = setInterval(redraw, REFRESH_MS);
  redraw();
  return {
    stop() {
      clearInterval(timer);
      return draw("");
    },
  };
}

function lineOf({ done, total, words }: Progress): string {
  const filled = Math.floor(BAR_LENGTH * Math.min(Math.max(done / total, 0), 1));
  const bar = "━".repeat(filled) + "╌".repeat(BAR_LENGTH - filled);
  return `${CUT_OFF}${bar} ${words}${WRAP}`;
}
