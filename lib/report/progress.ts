/**
 * A line that tells how a run is going, on a terminal only.
 *
 * @module
 */
import { ProgressBar } from "@std/cli/unstable-progress-bar";
import { brief, grouped } from "./text.ts";

/** What the line shows. */
export interface Reading {
  readonly phase: string;
  /** Seconds since operations began. */
  readonly elapsedS: number;
  readonly operations: number;
  /** Messages between servers. */
  readonly messages?: number;
  /** Who is cut off, in words; absent where nothing is. */
  readonly fault?: string;
}

/** Draws the line until it is stopped. */
export interface Progress {
  stop(): Promise<void>;
}

const REFRESH_MS = 250;

/**
 * Draws a progress line on standard error, if that is a terminal.
 *
 * @param expectedS How long operations go on, in seconds.
 */
export function showProgress(expectedS: number, read: () => Reading): Progress {
  if (!Deno.stderr.isTerminal()) return { stop: () => Promise.resolve() };
  const bar = new ProgressBar({
    writable: unclosed(),
    max: expectedS,
    barLength: 24,
    fillChar: "━",
    emptyChar: "╌",
    clear: true,
    formatter: ({ progressBar }) => `${progressBar} ${inWords(read(), expectedS)}`,
  });
  const timer = setInterval(() => {
    bar.value = Math.min(Math.max(read().elapsedS, 0), expectedS);
  }, REFRESH_MS);
  return {
    async stop() {
      clearInterval(timer);
      await bar.stop();
    },
  };
}

function inWords(reading: Reading, expectedS: number): string {
  const { phase, elapsedS, operations, messages, fault } = reading;
  const seconds = Math.max(0, Math.floor(elapsedS));
  const perOp = messages === undefined || operations === 0
    ? []
    : [`${brief(messages / operations)} messages per op`];
  const time = seconds <= expectedS ? `${seconds} of ${expectedS} s` : `${seconds} s`;
  const words = [phase, time, `${grouped(operations)} ops`, ...perOp];
  return [...words, ...(fault === undefined ? [] : [fault])].join(" · ");
}

/** Standard error as a stream that a progress bar may close without closing it. */
function unclosed(): WritableStream<Uint8Array> {
  return new WritableStream({ write: async (chunk) => void await Deno.stderr.write(chunk) });
}
