/**
 * What many simulated runs come to: how they ended, their figures, how those that failed did. Sums of
 * parts merge into the sum of the whole, whoever counted what, in whatever order: the same runs give
 * sums that are the same as JSON, byte for byte.
 *
 * @module
 */
import type { SimulationReport } from "../simulator/sweep/messages.ts";
import { Histogram, type HistogramData } from "./histogram.ts";
import { type Ending, isPlain, type Summary } from "./summary.ts";
import { ENDINGS, type Totals } from "./totals.ts";

/** Seeds that are named of runs that have something in common. */
const NAMED_SEEDS = 8;

/** Runs that have something in common. */
export interface Alike {
  readonly count: number;
  /** The first few, in ascending order. */
  readonly seeds: readonly number[];
}

/** Runs that show one kind of failure. */
interface AlikeFailures extends Alike {
  /** The kind, as part of a failure signature. */
  readonly kind: string;
  /** The words of the first of them. */
  readonly text: string;
  /** Whether others have other words. */
  readonly isVaried: boolean;
}

/** Runs that pass, and about which there is something to read all the same. */
interface AlikeWarned extends Alike {
  /** What there is to read about the first of them. */
  readonly text: string;
}

/** A sum as plain data. */
export interface SumData<Run> {
  readonly endings: Readonly<Record<Ending, number>>;
  readonly metrics: Readonly<Record<string, HistogramData>>;
  /** By kind, in the order of their first seeds. */
  readonly failures: readonly AlikeFailures[];
  /** Runs with valid histories that exceed a limit. */
  readonly byLimits: Alike;
  /** Runs whose nodes hold wrong states in the end, which Maelstrom does not check. */
  readonly diverging: Alike;
  /** Runs that pass with a warning, such as that handlers threw. Absent: none did. */
  readonly warned?: AlikeWarned;
  /** The run with the lowest seed among those that do not pass. */
  readonly firstFailure?: Run;
}

const NONE: Alike = { count: 0, seeds: [] };

/** A run's failure signature as a person reads it: a crash in its own words. */
export function signatureOf(
  { signature, crash }: Pick<SimulationReport<unknown>, "signature" | "crash">,
): readonly string[] {
  return crash === undefined ? signature : [crash];
}

/** Sums up runs. */
export class SweepSum<Run extends SimulationReport<Summary>> implements Totals {
  #endings: Record<Ending, number> = { pass: 0, fail: 0, unknown: 0, crash: 0 };
  readonly #metrics = new Map<string, Histogram>();
  readonly #failures = new Map<string, AlikeFailures>();
  #byLimits = NONE;
  #diverging = NONE;
  #warned: AlikeWarned | undefined;
  #firstFailure: Run | undefined;

  /** The sum that plain data describes. */
  static from<Run extends SimulationReport<Summary>>(data: SumData<Run>): SweepSum<Run> {
    const sum = new SweepSum<Run>();
    sum.#endings = { ...data.endings };
    for (const [key, one] of Object.entries(data.metrics)) {
      sum.#metrics.set(key, Histogram.from(one));
    }
    for (const one of data.failures) sum.#failures.set(one.kind, one);
    sum.#byLimits = data.byLimits;
    sum.#diverging = data.diverging;
    sum.#warned = data.warned;
    sum.#firstFailure = data.firstFailure;
    return sum;
  }

  get endings(): Readonly<Record<Ending, number>> {
    return this.#endings;
  }

  /** How many runs there were. */
  get runs(): number {
    return ENDINGS.reduce((sum, ending) => sum + this.#endings[ending], 0);
  }

  /** How many of them do not pass. */
  get failed(): number {
    return this.runs - this.#endings.pass;
  }

  get firstFailure(): Run | undefined {
    return this.#firstFailure;
  }

  /** Adds a run. */
  add(run: Run): void {
    const { ending, metrics, headline, warnings } = run.summary;
    this.#endings[ending]++;
    for (const [key, value] of Object.entries(metrics)) this.#histogramOf(key).add(value);
    const one = { count: 1, seeds: [Number(run.seed)] };
    if (run.hasInvalidFinalStates) this.#diverging = addAlike(this.#diverging, one);
    if (ending === "pass") {
      // a headline that ends in a colon leads to the warnings
      const text = headline.endsWith(":") ? `${headline} ${warnings[0]}` : headline;
      if (!isPlain(headline)) this.#addWarned({ ...one, text });
      return;
    }
    this.#keepFirst(run);
    if (run.signature.length === 0) this.#byLimits = addAlike(this.#byLimits, one);
    const texts = signatureOf(run);
    run.signature.forEach((kind, i) =>
      this.#addFailures({ kind, text: texts[i] ?? kind, isVaried: false, ...one })
    );
  }

  /** Adds all that another sum has. No run may be in both. */
  merge(other: SweepSum<Run>): void {
    for (const ending of ENDINGS) this.#endings[ending] += other.#endings[ending];
    for (const [key, histogram] of other.#metrics) this.#histogramOf(key).merge(histogram);
    this.#byLimits = addAlike(this.#byLimits, other.#byLimits);
    this.#diverging = addAlike(this.#diverging, other.#diverging);
    if (other.#warned !== undefined) this.#addWarned(other.#warned);
    for (const one of other.#failures.values()) this.#addFailures(one);
    if (other.#firstFailure !== undefined) this.#keepFirst(other.#firstFailure);
  }

  #histogramOf(key: string): Histogram {
    const histogram = this.#metrics.get(key) ?? new Histogram();
    this.#metrics.set(key, histogram);
    return histogram;
  }

  #keepFirst(run: Run): void {
    const first = this.#firstFailure;
    if (first === undefined || Number(run.seed) < Number(first.seed)) this.#firstFailure = run;
  }

  #addFailures(some: AlikeFailures): void {
    const known = this.#failures.get(some.kind);
    if (known === undefined) return void this.#failures.set(some.kind, some);
    const [first] = [known, some].sort(bySeed);
    this.#failures.set(some.kind, {
      ...addAlike(known, some),
      kind: some.kind,
      text: first?.text ?? some.text,
      isVaried: known.isVaried || some.isVaried || known.text !== some.text,
    });
  }

  #addWarned(some: AlikeWarned): void {
    const [first] = [this.#warned ?? some, some].sort(bySeed);
    this.#warned = { ...addAlike(this.#warned ?? NONE, some), text: first?.text ?? some.text };
  }

  spreadOf(metric: string): ReturnType<Histogram["spread"]> {
    return this.#metrics.get(metric)?.spread();
  }

  toJSON(): SumData<Run> {
    const metrics = [...this.#metrics].sort(([a], [b]) => a < b ? -1 : 1);
    return {
      endings: this.#endings,
      metrics: Object.fromEntries(metrics.map(([key, one]) => [key, one.toJSON()])),
      failures: [...this.#failures.values()].sort(bySeed),
      byLimits: this.#byLimits,
      diverging: this.#diverging,
      ...(this.#warned && { warned: this.#warned }),
      ...(this.#firstFailure && { firstFailure: this.#firstFailure }),
    };
  }
}

/** Orders what runs have in common by the seeds in which it came first, then by its name. */
function bySeed<A extends Alike & { readonly kind?: string; readonly text: string }>(
  a: A,
  b: A,
): number {
  const [one, other] = [a.kind ?? a.text, b.kind ?? b.text];
  return (a.seeds[0] ?? 0) - (b.seeds[0] ?? 0) || (one < other ? -1 : 1);
}

function addAlike(a: Alike, b: Alike): Alike {
  const seeds = [...a.seeds, ...b.seeds].sort((a, b) => a - b).slice(0, NAMED_SEEDS);
  return { count: a.count + b.count, seeds };
}
