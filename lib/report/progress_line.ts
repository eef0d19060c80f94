/**
 * A line on a terminal that is drawn over itself while something goes on: a bar, and words.
 *
 * @module
 */

import { clip } from "../checkers/format.ts";
import { isDumbTerminal, terminalColumns } from "./text.ts";

interface Progress {
  readonly done: number;
  readonly total: number;
  /** In words, the most telling first: where room is scarce, the last ones are left out. */
  readonly words: readonly string[];
}

/** A line that is redrawn until it is stopped, which clears it. */
export interface ProgressLine {
  stop(): Promise<void>;
}

/** Where a line is drawn, if it is a terminal that can draw over a line. */
interface Terminal extends Pick<typeof Deno.stderr, "isTerminal" | "write"> {
  /** How wide it is at the moment. */
  readonly columns: () => number;
  /** Whether it cannot go back in a line. */
  readonly isDumb: () => boolean;
}

const STDERR: Terminal = {
  isTerminal: () => Deno.stderr.isTerminal(),
  write: (bytes) => Deno.stderr.write(bytes),
  columns: terminalColumns,
  isDumb: isDumbTerminal,
};

const SEPARATOR = " · ";
const REFRESH_MS = 250;
const BAR_LENGTH = 24;
/** A terminal narrower than this has no room for a bar. */
const BAR_FROM_COLUMNS = 60;
/** Back to the first column, and clear what is there. */
const CLEAR_LINE = "\r\x1b[K";

/**
 * Draws a progress line; nothing where there is no terminal, or a dumb one.
 *
 * @param terminal Standard error, unless given.
 */
export function showLine(read: () => Progress, terminal: Terminal = STDERR): ProgressLine {
  if (!terminal.isTerminal() || terminal.isDumb()) {
    return { stop: () => Promise.resolve() };
  }
  let written = Promise.resolve();
  const draw = (text: string) => {
    const bytes = new TextEncoder().encode(CLEAR_LINE + text);
    // A terminal that is gone is no reason to fail.
    written = written.then(() => terminal.write(bytes)).then(() => {}, () => {});
    return written;
  };
  const redraw = () => draw(lineOf(read(), terminal.columns()));
  const timer = setInterval(redraw, REFRESH_MS);
  redraw();
  return {
    stop() {
      clearInterval(timer);
      return draw("");
    },
  };
}

/** The line, narrower than the terminal: one that reaches its last column may start another. */
function lineOf({ done, total, words }: Progress, columns: number): string {
  const filled = Math.floor(BAR_LENGTH * Math.min(Math.max(done / total, 0), 1));
  const bar = "━".repeat(filled) + "╌".repeat(BAR_LENGTH - filled);
  const head = columns < BAR_FROM_COLUMNS ? "" : `${bar} `;
  const room = columns - 1 - head.length;
  const [first = "", ...others] = words;
  let text = clip(first, room);
  for (const word of others) {
    if (text.length + SEPARATOR.length + word.length > room) break;
    text += SEPARATOR + word;
  }
  return head + text;
}
