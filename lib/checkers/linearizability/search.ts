/**
 * The search for a linearization, depth first.
 *
 * A relaxed problem guides it, in which indefinite operations may take effect any number of times. It is
 * easier, since nothing need be remembered about what was used up. Where even the relaxed problem has
 * no solution there is none, so the search skips configurations from which it cannot be solved.
 *
 * Most histories have so many explanations that guidance costs more than the detours that it saves. So
 * the search first goes without, for a few configurations a completion.
 *
 * @module
 */
import type { Op } from "../../history/operations.ts";
import { UNKNOWN } from "../checker.ts";
import { pluralize } from "../format.ts";
import type { Configuration, Linearization, Model } from "./model.ts";
import { Moves, type Preference, type Step } from "./moves.ts";

/** How many configurations to try beyond a first solution, to find further ones. */
const EXTRA_CONFIGURATIONS = 10_000;

/** How much a search may try. */
interface Bounds {
  readonly maxConfigurations: number;
  /** Returns whether the time for it is up. */
  readonly isOver?: (() => boolean) | undefined;
  /** The first completion without an explanation, where it is known. */
  readonly unexplained?: Op | undefined;
}

/** Searches for a linearization from an initial state. */
export function search<State>(
  history: readonly Op[],
  model: Model<State>,
  bounds: Bounds,
  initial = model.initial,
): Linearization<State> {
  const moves = new Moves(history, model, initial);
  const budget = new Budget(bounds);
  const all = moves.returns.length;
  /** The fewest completions known to have no explanation, and the most known to have one. */
  let [tooMany, enough] = [all + 1, 0];
  const { unexplained } = bounds;
  const attempt = (exact: Exact<State>, limit?: number) => {
    try {
      return exact.run(limit);
    } finally {
      enough = Math.max(enough, exact.furthest);
    }
  };
  const explain = (end: number) => {
    const exact = new Exact(moves, new Relaxed(moves, end, budget), end, budget);
    const path = attempt(exact);
    if (path === undefined) tooMany = end;
    return { exact, path };
  };
  try {
    const limit = unexplained === undefined ? unguidedLimit(all, bounds) : 0;
    const quickly = attempt(new Exact(moves, UNGUIDED, all, budget), limit);
    if (quickly !== undefined) return explained(moves, quickly);
    const relaxed = new Relaxed(moves, all, budget);
    if (unexplained !== undefined) {
      tooMany = 1 + moves.returns.findIndex(({ call }) => call.op === unexplained);
    } else if (!relaxed.isSolvableFrom(moves.start())) tooMany = relaxed.furthest + 1;
    let { exact, path } = explain(Math.min(all, tooMany - 1));
    if (path !== undefined && tooMany > all) return explained(moves, path);
    // The search skips configurations that cannot reach its end, however far they get.
    for (let stride = 1; enough + 1 < tooMany; stride = path === undefined ? 1 : 2 * stride) {
      ({ exact, path } = explain(Math.min(enough + stride, tooMany - 1)));
    }
    if (exact.end !== enough) ({ exact } = explain(enough));
    return stuck(moves, enough, exact.arrivals);
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
    if (tooMany <= all) return stuck(moves, tooMany - 1, []);
    const cause = `${error.message}; it explained the first ${enough} of ${
      pluralize(all, "completion")
    }`;
    return { verdict: UNKNOWN, cause };
  }
}

/** How many configurations to try without guidance: so many for each completion, and some more. */
const [UNGUIDED_PER_COMPLETION, UNGUIDED_EXTRA] = [4, 1_000];

/** The part of the budget that trying without guidance may use. */
const UNGUIDED_SHARE = 1 / 4;

function unguidedLimit(completions: number, { maxConfigurations }: Bounds): number {
  return Math.min(
    UNGUIDED_EXTRA + UNGUIDED_PER_COMPLETION * completions,
    UNGUIDED_SHARE * maxConfigurations,
  );
}

/** Thrown where a search has used up its budget; the message says which. */
class OutOfBudget extends Error {}

/** How many configurations a search asks the time between. */
const CONFIGURATIONS_PER_LOOK = 64;

/** How many configurations may still be tried. */
class Budget {
  readonly #bounds: Bounds;
  #spent = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  spend(): void {
    const { maxConfigurations, isOver } = this.#bounds;
    if (this.#spent === maxConfigurations) throw this.#over("gave up");
    if (this.#spent % CONFIGURATIONS_PER_LOOK === 0 && isOver?.()) {
      throw this.#over("ran out of time");
    }
    this.#spent++;
  }

  #over(what: string): OutOfBudget {
    return new OutOfBudget(`the search ${what} after ${pluralize(this.#spent, "configuration")}`);
  }
}

/** Says from which configurations an end may be reached. */
interface Guide {
  isSolvableFrom(step: Step): boolean;
}

/** Lets a search go wherever it likes. */
const UNGUIDED: Guide = { isSolvableFrom: () => true };

/** What is known of configurations, by all that they have but what they cost. */
class Places<T> {
  readonly #byDone = new Map<number, Map<number, T>>();

  get({ at, state, done }: Step): T | undefined {
    return this.#byDone.get(done)?.get(MAX_STATES * at + state);
  }

  set({ at, state, done }: Step, known: T): void {
    let places = this.#byDone.get(done);
    if (places === undefined) this.#byDone.set(done, places = new Map());
    places.set(MAX_STATES * at + state, known);
  }
}

/** More states than any history leads to. */
const MAX_STATES = 2 ** 26;

/** How many configurations the first turns may try. */
const FIRST_TURNS: readonly (readonly [Preference, number])[] = [
  ["saving", 250],
  ["spending", 4_000],
];

/**
 * The search that counts how often indefinite operations take effect.
 *
 * Two searches take turns, each twice as long as the one before. One saves indefinite operations, so
 * each of its configurations can do what many others can, and it is soon through with a history that
 * has no explanation. But what it takes in their place it lacks later, maybe thousands of completions
 * on. The other takes whatever was invoked first, which is close to what happened.
 */
class Exact<State> {
  #turns: { readonly walk: Walk<State>; configurations: number }[];
  #last: Walk<State> | undefined;

  /** Prepares a search for a path past the first `end` completions. */
  constructor(moves: Moves<State>, guide: Guide, readonly end: number, budget: Budget) {
    const isSimple = moves.indefinite.every(({ isHelpful }) => !isHelpful);
    this.#turns = FIRST_TURNS.slice(0, isSimple ? 1 : undefined).map((
      [preference, configurations],
    ) => ({ walk: new Walk(moves, preference, guide, end, budget), configurations }));
  }

  /** The furthest completion reached. */
  get furthest(): number {
    return Math.max(...this.#turns.map(({ walk }) => walk.furthest));
  }

  /** The configurations in which the search that came to an end arrived at its furthest completion. */
  get arrivals(): readonly Step[] {
    return this.#last?.arrivals ?? [];
  }

  /** Returns a path to the end; `undefined` if there is none, or if the search would exceed a limit. */
  run(limit = Infinity): readonly Step[] | undefined {
    for (let tried = 0;;) {
      for (const turn of this.#turns) {
        const configurations = Math.min(turn.configurations, limit - tried);
        if (configurations < 1) return undefined;
        if (turn.walk.advance(configurations)) {
          this.#last = turn.walk;
          return turn.walk.found;
        }
        tried += configurations;
        turn.configurations *= 2;
      }
    }
  }
}

/** A configuration on the path of a search, and the operations that are still to be tried from there. */
interface Frame {
  readonly step: Step;
  readonly choices: ReturnType<Moves<unknown>["choices"]>;
  next: number;
}

/** How many of the least costs of a place a search remembers. */
const MAX_COSTS = 8;

/** One of the searches that take turns. */
class Walk<State> {
  /** The furthest completion reached, and the configurations in which paths arrived there. */
  furthest = 0;
  arrivals: Step[] = [];
  /** A path to the end. */
  found: readonly Step[] | undefined;
  readonly #frames: Frame[] = [];
  #extra = EXTRA_CONFIGURATIONS;
  /** For each place, the latest of the least costs of getting there. */
  readonly #visited = new Places<Step[]>();

  constructor(
    readonly moves: Moves<State>,
    readonly preference: Preference,
    readonly guide: Guide,
    readonly end: number,
    readonly budget: Budget,
  ) {
    this.#enter(moves.start(), undefined);
  }

  /**
   * Continues the search; returns whether it has come to an end. Where the end is not that of the
   * history, the search goes on for a while to find other arrivals there.
   */
  advance(configurations: number): boolean {
    const isWhole = this.end === this.moves.returns.length;
    for (let frame = this.#frames.at(-1); frame !== undefined; frame = this.#frames.at(-1)) {
      if (frame.step.at >= this.end) {
        this.found ??= this.#frames.map(({ step }) => step);
        if (isWhole) return true;
        this.#frames.pop();
        continue;
      }
      const call = frame.choices[frame.next++];
      const next = call && this.moves.take(frame.step, call);
      if (next === undefined) this.#frames.pop();
      else if (!this.#isCovered(next) && this.guide.isSolvableFrom(next)) {
        if (this.found !== undefined && this.#extra-- <= 0) return true;
        if (this.found === undefined) this.budget.spend();
        this.#enter(next, frame.step);
        if (this.found === undefined && --configurations === 0) return false;
      }
    }
    return true;
  }

  #enter(step: Step, from: Step | undefined): void {
    if (step.at > (from?.at ?? -1)) this.#noteArrival(step);
    const choices = this.moves.choices(step, this.preference);
    this.#frames.push({ step, choices, next: 0 });
  }

  /** Returns whether a path is known to have reached the same place at no greater cost; notes it if not. */
  #isCovered(step: Step): boolean {
    const known = this.#visited.get(step);
    if (known === undefined) {
      this.#visited.set(step, [step]);
      return false;
    }
    if (known.some((lesser) => this.#isAtMost(lesser, step))) return true;
    const kept = known.filter((other) => !this.#isAtMost(step, other)).slice(1 - MAX_COSTS);
    this.#visited.set(step, [...kept, step]);
    return false;
  }

  #noteArrival(step: Step): void {
    if (step.at < this.furthest) return;
    if (step.at === this.furthest) this.arrivals.push(step);
    else this.arrivals = [step];
    this.furthest = step.at;
  }

  /** Returns whether at one step's cost everything remains possible that does at the other's. */
  #isAtMost({ missed, unused }: Step, other: Step): boolean {
    if (unused.length < other.unused.length) return false;
    if (!this.moves.sets.isSubset(missed, other.missed)) return false;
    if (unused === other.unused) return true;
    const wanted = other.unused;
    let found = 0;
    for (let i = 0; i < unused.length && found < wanted.length; i++) {
      if (unused[i] === wanted[found]) found++;
    }
    return found === wanted.length;
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
  readonly #solvable = new Places<number[]>();
  /** For each place, the smallest sets of missed reads from which it cannot. */
  readonly #hopeless = new Places<number[]>();

  constructor(moves: Moves<State>, end: number, budget: Budget) {
    this.#moves = moves;
    this.#end = end;
    this.#budget = budget;
  }

  isSolvableFrom(start: Step): boolean {
    const known = this.#known(start);
    if (known !== undefined) return known;
    const { sets } = this.#moves;
    const frames: { readonly step: Step; readonly moves: Iterator<Step> }[] = [];
    const enter = (step: Step) => {
      this.furthest = Math.max(this.furthest, step.at);
      frames.push({ step, moves: this.#moves.relaxedSuccessors(step) });
    };
    enter(start);
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const { value: next, done } = frame.moves.next();
      if (done) {
        frames.pop();
        note(this.#hopeless, frame.step, (missed, other) => sets.isSubset(missed, other));
        continue;
      }
      const isSolvable = this.#known(next);
      if (isSolvable) {
        for (const { step } of frames) {
          note(this.#solvable, step, (missed, other) => sets.isSubset(other, missed));
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
    const { sets } = this.#moves;
    if (this.#solvable.get(step)?.some((missed) => sets.isSubset(step.missed, missed))) return true;
    if (this.#hopeless.get(step)?.some((missed) => sets.isSubset(missed, step.missed))) {
      return false;
    }
    return undefined;
  }
}

/** Notes a configuration's missed reads, in place of entries that say less. */
function note(
  table: Places<number[]>,
  step: Step,
  saysMore: (missed: number, other: number) => boolean,
): void {
  const kept = table.get(step)?.filter((other) => !saysMore(step.missed, other)) ?? [];
  table.set(step, [...kept, step.missed]);
}

function explained<State>(moves: Moves<State>, path: readonly Step[]): Linearization<State> {
  const order: Op[] = [];
  for (const { took } of path) for (const { op } of took) order.push(op);
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
  const { at, done, state, took } = step;
  const due = moves.returns[at];
  const open = due?.changing.filter(({ slot }) => !moves.sets.has(done, slot)) ?? [];
  const isUnused = new Set(step.unused);
  const unused = moves.indefinite
    .slice(0, due?.indefinite)
    .filter((call) => !call.isHelpful || isUnused.has(call));
  const pending = [...open, ...due?.reading ?? [], ...unused]
    .map(({ invocation, op }): Op => ({ ...invocation, value: op.value }));
  const [change, ...reads] = took;
  const completed = reads.filter((read) => !due?.reading.some((open) => open === read));
  const last = completed.sort((a, b) => a.op.index - b.op.index).at(-1) ?? change;
  return { state: moves.states.get(state), last: last?.op, pending };
}
