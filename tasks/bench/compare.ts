/**
 * Measuring things side by side on a machine that has other things to do.
 *
 * A figure of its own says little: it differs from machine to machine and from minute to minute.
 * So every bench has contenders that are measured in turn, round after round, and its result is
 * how they compare: each contender's ratio to the reference of the same round, and of those ratios
 * the median.
 *
 * @module
 */
import { formatTable } from "../../lib/checkers/table.ts";
import { spreadOf } from "../../lib/report/metrics.ts";

/** One of the things that are measured side by side. */
export interface Contender {
  readonly name: string;
  /** Measures one round, in the bench's unit. */
  measure(): number | Promise<number>;
  /** Ends what it keeps running between rounds. */
  end?(): Promise<void>;
}

/** What a contender's ratio to the reference must be. */
interface Target {
  /** The contender's name. */
  readonly contender: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Something worth measuring. */
export interface Bench {
  /** What to type to run this one alone. */
  readonly name: string;
  readonly title: string;
  /** Of the figures. */
  readonly unit: string;
  readonly rounds: number;
  readonly target?: Target;
  /** Makes the contenders ready. The first one is the reference. */
  start(): Contender[] | Promise<Contender[]>;
}

/** What the rounds of one contender come to. */
export interface Standing {
  readonly contender: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** The median of the ratios to the reference in the same round. */
  readonly ratio: number;
  /** Whether the bench's target is met; left out where it is about another contender. */
  readonly met?: boolean;
}

/** Runs a bench: one round to warm up, which does not count, then the others. */
export async function compare(bench: Bench, rounds = bench.rounds): Promise<Standing[]> {
  await using stack = new AsyncDisposableStack();
  const contenders = await bench.start();
  for (const contender of contenders) stack.defer(() => contender.end?.());
  const figures = contenders.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      const figure = await contender.measure();
      if (round > 0) figures[i]?.push(figure);
    }
  }
  const reference = figures[0] ?? [];
  return contenders.map(({ name }, i) => standing(name, figures[i] ?? [], reference, bench.target));
}

function standing(
  contender: string,
  figures: readonly number[],
  reference: readonly number[],
  target?: Target,
): Standing {
  const none = { median: NaN, min: NaN, max: NaN };
  const ratios = figures.map((figure, round) => figure / (reference[round] ?? NaN));
  const { median: ratio } = spreadOf(ratios) ?? none;
  const all = { contender, ...(spreadOf(figures) ?? none), ratio };
  if (target?.contender !== contender) return all;
  const { atLeast = -Infinity, atMost = Infinity } = target;
  return { ...all, met: atLeast <= ratio && ratio <= atMost };
}

/** A table of a bench's standings, for people. */
export function table(bench: Bench, standings: readonly Standing[]): string {
  const rows = standings.map(({ contender, median, min, max, ratio, met }) => [
    `  ${contender}`,
    short(median),
    `${short(min)} to ${short(max)}`,
    ratio.toFixed(2),
    met === undefined ? "" : `${met ? "✓" : "✗"} ${limits(bench.target)}`,
  ]);
  const head = ["", bench.unit, "spread", "ratio", ""];
  return [bench.title, ...formatTable([head, ...rows], { right: [1, 2, 3] })].join("\n");
}

function short(figure: number): string {
  return figure >= 100 ? figure.toFixed(0) : figure.toPrecision(3);
}

function limits({ atLeast, atMost }: Target = { contender: "" }): string {
  return [
    atLeast === undefined ? [] : `at least ${atLeast}`,
    atMost === undefined ? [] : `at most ${atMost}`,
  ].flat().join(", ");
}
