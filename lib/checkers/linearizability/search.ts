/**
 * The search for a linearization, depth first.
 *
 * A relaxed problem guides it, in which indefinite operations may take effect any number of times. It is
 * easier, since nothing need be remembered about what was used up. Where even the relaxed problem has
 * no solution there is none, so the search skips configurations from which it cannot be solved.
 *
 * @module
 */
import type { Op } from "../../history/operations.ts";
import { UNKNOWN } from "../checker.ts";
import { pluralize } from "../format.ts";
import type { Configuration, Linearization, Model } from "./model.ts";
import { Moves, type Step } from "./moves.ts";

/** How many configurations to try beyond a first solution, to find further ones. */
const EXTRA_CONFIGURATIONS = 10_000;

/** Searches for a linearization from an initial state, trying at most `maxConfigurations`. */
export function search<State>(
  history: readonly Op[],
  model: Model<State>,
  maxConfigurations: number,
  initial = model.initial,
): Linearization<State> {
  const moves = new Moves(history, model, initial);
  const budget = new Budget(maxConfigurations);
  const all = moves.returns.length;
  /** The fewest completions known to have no explanation. */
  let tooMany = all + 1;
  try {
    const relaxed = new Relaxed(moves, all, budget);
    if (!relaxed.isSolvableFrom(moves.start())) tooMany = relaxed.furthest + 1;
    let exact = new Exact(moves, Math.min(all, tooMany - 1), budget);
    const path = exact.run();
    if (path !== undefined && tooMany > all) return explained(moves, path);
    if (path === undefined) tooMany = exact.end;
    // The search skipped configurations that cannot reach its end, however far they get.
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
    const cause = `the search gave up after ${pluralize(maxConfigurations, "configuration")}`;
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

/** A text shared by configurations that differ only in their cost. */
function place({ at, state, done }: Step): string {
  return `${at} ${state} ${done}`;
}

function isSubset(a: bigint, b: bigint): boolean {
  return (a & b) === a;
}

/** The search that counts how often indefinite operations take effect. */
class Exact<State> {
  /** The furthest completion reached, and the configurations in which paths arrived there. */
  furthest = 0;
  arrivals: Step[] = [];
  readonly #moves: Moves<State>;
  readonly #relaxed: Relaxed<State>;
  readonly #budget: Budget;
  /**
   * For each place, the least costs of getting there: the indefinite operations used up and the open
   * reads still missed.
   */
  readonly #visited = new Map<string, bigint[]>();

  /** Prepares a search for a path past the first `end` completions. */
  constructor(moves: Moves<State>, readonly end: number, budget: Budget) {
    this.#moves = moves;
    this.#relaxed = new Relaxed(moves, end, budget);
    this.#budget = budget;
  }

  /**
   * Returns a path to the end, or `undefined` if there is none. Where the end is not that of the
   * history, the search goes on for a while to find other arrivals there.
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

  /** Returns whether a path reached the same place before at no greater cost; notes it if not. */
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
  /** The furthest completion that any search reached. */
  furthest = 0;
  readonly #moves: Moves<State>;
  readonly #end: number;
  readonly #budget: Budget;
  /** For each place, the greatest sets of missed reads from which the end can be reached. */
  readonly #solvable = new Map<string, bigint[]>();
  /** For each place, the smallest sets of missed reads from which it cannot. */
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

/** Notes a configuration's missed reads, in place of entries that say less. */
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

/** Converts a configuration to the form of results, where a read takes effect as late as it can. */
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
