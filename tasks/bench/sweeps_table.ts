/**
 * What sweeps over NATS cost, as data and as tables.
 *
 * @module
 */
import { formatFigure, formatWhole } from "../../lib/checkers/format.ts";
import { spreadOf } from "../../lib/report/metrics.ts";
import { renderTable } from "../../lib/report/tables.ts";

/** Where the figures are kept. */
export const SWEEPS = "results/data/sweeps.json";

/** What some work took: on the clock, and of the processor's time, which other processes do not change. */
export interface Took {
  readonly wallS: number;
  readonly cpuS: number;
}

/** What the same runs took, here and over a server, round by round. */
export interface Comparison {
  readonly cores: number;
  readonly runs: number;
  readonly here: readonly Took[];
  readonly overNats: readonly Took[];
}

/** Empty ranges a second, on one server, one coordinator and one worker of many cores. */
export interface Ceiling {
  readonly enqueued: number;
  readonly done: number;
  readonly read: number;
}

export interface SweepFigures {
  readonly date: string;
  readonly engine: string;
  readonly cores: number;
  readonly comparisons: readonly Comparison[];
  readonly ceiling: Ceiling;
  readonly messagesPerRange: number;
  /** What a range's sum takes as JSON. */
  readonly sumBytes: number;
  /** What a sweep takes, with its program. */
  readonly sweepBytes: number;
  readonly mergesPerS: number;
}

function median(values: readonly number[]): number {
  return spreadOf(values)?.median ?? NaN;
}

const MEASURES = [
  { name: "time", of: ({ wallS }: Took) => wallS },
  { name: "processor", of: ({ cpuS }: Took) => cpuS },
] as const;

/** What sweeps over NATS cost, as tables. */
export function renderSweeps(figures: SweepFigures): string {
  const { comparisons, ceiling, messagesPerRange, sumBytes, sweepBytes, mergesPerS } = figures;
  const times = renderTable(
    ["cores", "runs", "", "this machine alone", "over NATS", "overhead"],
    comparisons.flatMap(({ cores, runs, here, overNats }) =>
      MEASURES.map(({ name, of }) => {
        const overhead = median(overNats.map((took, i) => of(took) / of(here[i] ?? took) - 1));
        return [
          `${cores}`,
          formatWhole(runs),
          name,
          `${median(here.map(of)).toFixed(2)} s`,
          `${median(overNats.map(of)).toFixed(2)} s`,
          `${(100 * overhead).toFixed(1)} %`,
        ];
      })
    ),
    0,
  );
  const costs = renderTable(
    ["what", "figure"],
    [
      ["empty ranges put on the queue, a second", formatWhole(ceiling.enqueued)],
      ["empty ranges taken, summed up and acknowledged, a second", formatWhole(ceiling.done)],
      ["sums read, a second", formatWhole(ceiling.read)],
      ["sums merged, a second", formatWhole(mergesPerS)],
      ["messages for a range, from queue to sum", formatFigure(messagesPerRange)],
      ["bytes of a range's sum", formatWhole(sumBytes)],
      ["bytes of a sweep, program included", formatWhole(sweepBytes)],
    ],
    1,
  );
  return `${times}\n\n${costs}`;
}
