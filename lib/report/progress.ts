/**
 * A line that shows how a run is going, on a terminal only.
 *
 * @module
 */
import { formatFigure, formatWhole } from "../checkers/format.ts";
import { type ProgressLine, showLine } from "./progress_line.ts";

interface Reading {
  readonly phase: string;
  readonly elapsedS: number;
  readonly operations: number;
  readonly messages?: number;
  /** What is cut off, in words; absent where nothing is. */
  readonly fault?: string;
}

/**
 * Draws a progress line on standard error, if that is a terminal.
 *
 * @param expectedS How long the main phase takes, in seconds.
 */
export function showProgress(expectedS: number, read: () => Reading): ProgressLine {
  return showLine(() => {
    const reading = read();
    return { done: reading.elapsedS, total: expectedS, words: inWords(reading, expectedS) };
  });
}

function inWords(reading: Reading, expectedS: number): string[] {
  const { phase, elapsedS, operations, messages, fault } = reading;
  const seconds = Math.max(0, Math.floor(elapsedS));
  const perOp = messages === undefined || operations === 0
    ? []
    : [`${formatFigure(messages / operations)} messages per op`];
  const time = seconds <= expectedS ? `${seconds} of ${expectedS} s` : `${seconds} s`;
  const faults = fault === undefined ? [] : [fault];
  return [phase, time, ...faults, `${formatWhole(operations)} ops`, ...perOp];
}
