/**
 * Sequential consistency: could the operations have happened one after another, those of each process in
 * the order in which it executed them?
 *
 * Unlike linearizability it ignores when different processes acted, so a process may lag arbitrarily
 * far behind, but never goes back (Lamport, How to make a multiprocessor computer that correctly
 * executes multiprocess programs, 1979). The search takes one operation after another from the fronts
 * of the processes and remembers which fronts and states it has visited. It is meant for the short
 * histories of few processes that tests produce.
 *
 * @module
 */
import { type Op, pairs } from "../history/operations.ts";
import { UNKNOWN } from "./checker.ts";
import { pluralize } from "./format.ts";
import type { Model, SearchOptions } from "./linearizability/mod.ts";

/** The outcome of a search. */
type SequentialOrder =
  | {
    readonly verdict: true;
    /** An order that explains everything: completions, or invocations of indefinite operations. */
    readonly order: readonly Op[];
  }
  | { readonly verdict: false }
  | {
    readonly verdict: typeof UNKNOWN;
    /** Why the search gave up. */
    readonly cause: string;
  };

/** How far each process has got, and the state this leaves the object in. */
interface Front<State> {
  readonly positions: readonly number[];
  readonly state: State;
  readonly took: readonly Op[];
}

/**
 * Searches for an order of a history's operations that respects each process's own order and the model.
 * Failed operations are left out; indefinite ones, each the last of its process, may have happened.
 */
export function findSequentialOrder<State>(
  history: readonly Op[],
  model: Model<State>,
  { maxConfigurations = 300_000 }: SearchOptions = {},
): SequentialOrder {
  const programs = programsOf(history);
  const visited = new Set<string>();
  const path: { front: Front<State>; next: number }[] = [];
  const enter = (from: Front<State>) => {
    const front = withReads(from, programs, model);
    const key = `${front.positions} ${model.identify(front.state)}`;
    if (visited.has(key)) return;
    visited.add(key);
    path.push({ front, next: 0 });
  };
  enter({ positions: programs.map(() => 0), state: model.initial, took: [] });
  for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
    if (isFinished(last.front, programs)) {
      return { verdict: true, order: path.flatMap(({ front }) => front.took) };
    }
    if (visited.size > maxConfigurations) {
      const cause = `the search gave up after ${pluralize(maxConfigurations, "configuration")}`;
      return { verdict: UNKNOWN, cause };
    }
    const process = last.next++;
    if (process === programs.length) path.pop();
    else {
      const front = advanced(last.front, process, programs, model);
      if (front !== undefined) enter(front);
    }
  }
  return { verdict: false };
}

/** What each process did, in order: completions, and the invocations of indefinite operations. */
function programsOf(history: readonly Op[]): Op[][] {
  const calls = pairs(history).filter(({ completion }) => completion?.type !== "fail");
  const byProcess = Map.groupBy(calls, ({ invocation }) => invocation.process);
  return [...byProcess.values()].map((ofProcess) =>
    ofProcess.map(({ invocation, completion }) =>
      completion?.type === "ok" ? completion : invocation
    )
  );
}

function advanced<State>(
  { positions, state }: Front<State>,
  process: number,
  programs: readonly (readonly Op[])[],
  model: Model<State>,
): Front<State> | undefined {
  const position = positions[process] ?? 0;
  const op = programs[process]?.[position];
  const after = op && model.step(state, op);
  if (op === undefined || after === undefined) return undefined;
  return { positions: positions.with(process, position + 1), state: after, took: [op] };
}

/** Takes every read that can be taken: it changes nothing, so waiting gains nothing. */
function withReads<State>(
  front: Front<State>,
  programs: readonly (readonly Op[])[],
  model: Model<State>,
): Front<State> {
  const positions = [...front.positions];
  const took = [...front.took];
  for (const [process, program] of programs.entries()) {
    for (let op = program[positions[process] ?? 0]; op !== undefined;) {
      if (!model.isReadOnly?.(op) || model.step(front.state, op) === undefined) break;
      took.push(op);
      positions[process] = (positions[process] ?? 0) + 1;
      op = program[positions[process] ?? 0];
    }
  }
  return { positions, state: front.state, took };
}

/** Returns whether nothing is left but indefinite operations. */
function isFinished<State>(
  { positions }: Front<State>,
  programs: readonly (readonly Op[])[],
): boolean {
  return programs.every((program, process) =>
    program.slice(positions[process]).every(({ type }) => type === "invoke")
  );
}
