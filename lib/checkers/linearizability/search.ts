/**
 * The search for a linearization, depth first.
 *
 * It is guided by a relaxed problem, in which indefinite operations may take effect any number of times.
 * That one is easier, since what was used up need not be remembered. Where even it has no solution there
 * is none, so no configuration is searched from which the relaxed problem cannot be solved.
 *
 * @module
 */
import type { Op } from "../../history/operations.ts";
import { UNKNOWN } from "../checker.ts";
import type { Configuration, Linearization, Model } from "./model.ts";
import { pluralize } from "../format.ts";
import { Moves, type Step } from "./moves.ts";

/** Once it is known which completion cannot be explained: how many configurations to go on for. */
const EXTRA_CONFIGURATIONS = 10_000;

/** Searches for a linearization that begins in a state, trying at most so many configurations. */
export function search<State>(
  history: readonly Op[],
  model: Model<State>,
  maxConfigurations: number,
  initial = model.initial,
): Linearization<State> {
  const moves = new Moves(history, model, initial);
  const budget = new Budget(maxConfigurations);
  const all = moves.returns.length;
  /** How many completions are known to be too many to explain. */
  let tooMany = all + 1;
  try {
    const relaxed = new Relaxed(moves, all, budget);
    if (!relaxed.isSolvableFrom(moves.start())) tooMany = relaxed.furthest + 1;
    let exact = new Exact(moves, Math.min(all, tooMany - 1), budget);
    const path = exact.run();
    if (path !== undefined && tooMany > all) return explained(moves, path);
    if (path === undefined) tooMany = exact.end;
    // The search passed over what cannot reach its end, so it may have missed how far that goes.
    let enough = exact.furthest;
    let stride = 1;
    while (enough + 1 < tooMany) {
      exact = new Exact(moves, Math.min(enough + stride, tooMany - 1), budget);
      const isPassed = exact.run() !== undefined;
      if (!isPassed) tooMany = exact.end;
      stride = isPassed ? 2 * stride : 1;
      enough = Math.max(enough, exact.furthest);
    }
    if (exact.end !== enough) {
      exact = new Exact(moves, enough, budget);
      exact.run();
    }
    return stuck(moves, enough, exact.arrivals);
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
    if (tooMany <= all) return stuck(moves, tooMany - 1, []);
    const cause = `the search was given up after ${pluralize(maxConfigurations, "configuration")}`;
    return { verdict: UNKNOWN, cause };
  }
}

/** Thrown where a search has used up its budget. */
class OutOfBudget extends Error {}

/** How many configurations may still be tried. */
class Budget {
  #left: number;

  constructor(configurations: number) {
    this.#left = configurations;
  }

  spend(): void {
    if (this.#left-- <= 0) throw new OutOfBudget();
  }
}

/** A configuration on the path of a search, and the moves from it that are still to be tried. */
interface Frame {
  readonly step: Step;
  readonly moves: Iterator<Step>;
}

/** What two configurations share that differ only in what they have cost. */
function place({ at, state, done }: Step): string {
  return `${at} ${state} ${done}`;
}

function isSubset(a: bigint, b: bigint): boolean {
  return (a & b) === a;
}

/** The search that counts how often indefinite operations take effect. */
class Exact<State> {
  /** The completion that the search got to, and the configurations in which it arrived there. */
  furthest = 0;
  arrivals: Step[] = [];
  readonly #moves: Moves<State>;
  readonly #relaxed: Relaxed<State>;
  readonly #budget: Budget;
  /**
   * For each place, the least costs of getting there: the indefinite operations that are used up and
   * the open reads that are still to come.
   */
  readonly #visited = new Map<string, bigint[]>();

  /** A search for a way to pass the first `end` completions. */
  constructor(moves: Moves<State>, readonly end: number, budget: Budget) {
    this.#moves = moves;
    this.#relaxed = new Relaxed(moves, end, budget);
    this.#budget = budget;
  }

  /**
   * A path to the end, or `undefined` if there is none. Where the end is not that of the history, the
   * search goes on for a while, so as to know further ways to arrive there.
   */
  run(): readonly Step[] | undefined {
    const isWhole = this.end === this.#moves.returns.length;
    const frames: Frame[] = [];
    let found: readonly Step[] | undefined;
    let extra = EXTRA_CONFIGURATIONS;
    const enter = (step: Step, from: Step | undefined) => {
      if (step.at > (from?.at ?? -1)) this.#noteArrival(step);
      frames.push({ step, moves: this.#moves.successors(step) });
    };
    enter(this.#moves.start(), undefined);
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      if (frame.step.at >= this.end) {
        found ??= frames.map(({ step }) => step);
        if (isWhole) return found;
        frames.pop();
        continue;
      }
      const { value: next, done } = frame.moves.next();
      if (done) frames.pop();
      else if (!this.#isCovered(next) && this.#relaxed.isSolvableFrom(next)) {
        if (found === undefined) this.#budget.spend();
        else if (extra-- <= 0) return found;
        enter(next, frame.step);
      }
    }
    return found;
  }

  /** True if the same place was reached before at no greater cost; notes it if not. */
  #isCovered(step: Step): boolean {
    const key = place(step);
    const cost = step.used | step.missed;
    const known = this.#visited.get(key);
    if (known?.some((lesser) => isSubset(lesser, cost))) return true;
    const kept = known?.filter((other) => !isSubset(cost, other)) ?? [];
    kept.push(cost);
    this.#visited.set(key, kept);
    return false;
  }

  #noteArrival(step: Step): void {
    if (step.at < this.furthest) return;
    if (step.at > this.furthest) this.arrivals = [];
    this.furthest = step.at;
    this.arrivals.push(step);
  }
}

/** The search that lets indefinite operations take effect any number of times. */
class Relaxed<State> {
  /** The completion that some search got to. */
  furthest = 0;
  readonly #moves: Moves<State>;
  readonly #end: number;
  readonly #budget: Budget;
  /** For each place, the greatest sets of missed reads with which the end can be reached. */
  readonly #solvable = new Map<string, bigint[]>();
  /** For each place, the smallest sets of missed reads with which it cannot. */
  readonly #hopeless = new Map<string, bigint[]>();

  constructor(moves: Moves<State>, end: number, budget: Budget) {
    this.#moves = moves;
    this.#end = end;
    this.#budget = budget;
  }

  isSolvableFrom(start: Step): boolean {
    const known = this.#known(start);
    if (known !== undefined) return known;
    const frames: Frame[] = [];
    const enter = (step: Step) => {
      this.furthest = Math.max(this.furthest, step.at);
      frames.push({ step, moves: this.#moves.relaxedSuccessors(step) });
    };
    enter(start);
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const { value: next, done } = frame.moves.next();
      if (done) {
        frames.pop();
        note(this.#hopeless, frame.step, (missed, other) => isSubset(missed, other));
        continue;
      }
      const isSolvable = this.#known(next);
      if (isSolvable) {
        for (const { step } of frames) {
          note(this.#solvable, step, (missed, other) => isSubset(other, missed));
        }
        return true;
      }
      if (isSolvable === undefined) {
        this.#budget.spend();
        enter(next);
      }
    }
    return false;
  }

  #known(step: Step): boolean | undefined {
    if (step.at >= this.#end) {
      this.furthest = Math.max(this.furthest, step.at);
      return true;
    }
    const key = place(step);
    if (this.#solvable.get(key)?.some((missed) => isSubset(step.missed, missed))) return true;
    if (this.#hopeless.get(key)?.some((missed) => isSubset(missed, step.missed))) return false;
    return undefined;
  }
}

/** Notes a configuration's missed reads, in place of those that it says more than. */
function note(
  table: Map<string, bigint[]>,
  step: Step,
  saysMore: (missed: bigint, other: bigint) => boolean,
): void {
  const key = place(step);
  const kept = table.get(key)?.filter((other) => !saysMore(step.missed, other)) ?? [];
  kept.push(step.missed);
  table.set(key, kept);
}

function explained<State>(moves: Moves<State>, path: readonly Step[]): Linearization<State> {
  const order = path.flatMap(({ took }) => took.map(({ op }) => op));
  return { verdict: true, order, configurations: path.slice(-1).map((last) => shown(moves, last)) };
}

function stuck<State>(
  moves: Moves<State>,
  at: number,
  arrivals: readonly Step[],
): Linearization<State> {
  const due = moves.returns[at];
  if (due === undefined) {
    throw new RangeError("a search that got stuck has passed every completion");
  }
  return {
    verdict: false,
    op: due.call.op,
    previousOk: moves.returns[at - 1]?.call.op,
    configurations: arrivals.map((step) => shown(moves, step)),
  };
}

/** A configuration as results show it: there a read takes effect no sooner than it must. */
function shown<State>(moves: Moves<State>, step: Step): Configuration<State> {
  const { at, done, used, state, took } = step;
  const due = moves.returns[at];
  const open = due?.changing.filter(({ bit }) => (done & bit) === 0n) ?? [];
  const unused = moves.indefinite
    .slice(0, due?.indefinite)
    .filter(({ bit }) => (used & bit) === 0n);
  const pending = [...open, ...due?.reading ?? [], ...unused]
    .map(({ invocation, op }): Op => ({ ...invocation, value: op.value }));
  const [change, ...reads] = took;
  const completed = reads.filter((read) => !due?.reading.some((open) => open === read));
  const last = completed.sort((a, b) => a.op.index - b.op.index).at(-1) ?? change;
  return { state: moves.states.get(state), last: last?.op, pending };
}
