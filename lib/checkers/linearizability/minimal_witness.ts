/**
 * A minimal witness: a smallest part of a history that shows why it is not linearizable.
 *
 * @module
 */
import { canonical } from "../../history/equality.ts";
import { type Op, type OpPair, pairs } from "../../history/operations.ts";
import type { Model } from "./model.ts";
import { search } from "./search.ts";

/** How many configurations each attempt to explain a part may try. */
const MAX_CONFIGURATIONS = 20_000;

/** A witness of more operations than this is not reduced any further. */
const MAX_REDUCED = 60;

/** For an object with more states than this, the witness is a part of the whole history. */
const MAX_STATES = 2_000;

/** How to tell without a search whether some order explains a history from the initial state. */
type QuickJudge = (history: readonly Op[]) => boolean | undefined;

/** Operations that no order explains. */
interface Witness {
  /** The operations by invocation; the last to complete is the one without an explanation. */
  readonly calls: readonly OpPair[];
  /** Whether they contradict each other only if the object was in its initial state before them. */
  readonly isFromStart: boolean;
  /** How many other operations may have taken effect meanwhile; none of them helps. */
  readonly otherCount: number;
}

/**
 * Finds the shortest part of a history that ends with an unexplained completion and has no explanation
 * whatever state it began in, and reduces it to the operations that the contradiction needs.
 *
 * Operations that were open when the part began, and indefinite ones, may take effect in it or not.
 */
export function findMinimalWitness<State>(
  history: readonly Op[],
  model: Model<State>,
  unexplained: Op,
  judge: QuickJudge = () => undefined,
): Witness {
  const end = unexplained.index;
  const calls = pairs(history).filter(({ invocation, completion }) =>
    invocation.index < end && completion?.type !== "fail"
  );
  const definite = calls.filter(({ completion }) =>
    completion?.type === "ok" && completion.index <= end
  );
  const isQuick = judge(history) !== undefined;
  const states = statesOf(calls, model);
  // With many states, many searches tell what a long part could begin in; quickly told is better.
  const longest = isQuick ? Math.min(definite.length, MAX_REDUCED) : definite.length;
  const count = states && leastCount(longest, (count) => {
    const binding = definite.slice(-count);
    return !isExplained({ binding, within: openDuring(calls, binding), initial: states }, model);
  });
  const isFromStart = count === undefined;
  const partOf = (binding: readonly OpPair[]): Part<State> =>
    isFromStart || states === undefined
      ? { binding, within: calls, initial: [model.initial] }
      : { binding, within: openDuring(calls, binding), initial: states };
  const isStillExplained = (binding: readonly OpPair[]) => {
    const part = partOf(binding);
    const quickly = isFromStart ? judge(eventsOf(part, model)) : undefined;
    return quickly ?? isExplained(part, model);
  };
  const whole = definite.slice(-(count ?? definite.length));
  const isReduced = whole.length <= MAX_REDUCED || (isFromStart && isQuick);
  const binding = isReduced ? reduce(whole, unexplained, isStillExplained) : whole;
  return {
    calls: binding,
    isFromStart,
    otherCount: partOf(binding).within.length - binding.length,
  };
}

/**
 * Leaves out calls that a contradiction does not need: half of them at a time where there are many,
 * then ever fewer, then each by itself.
 *
 * @param isStillExplained whether some order explains these calls alone.
 */
function reduce(
  calls: readonly OpPair[],
  unexplained: Op,
  isStillExplained: (calls: readonly OpPair[]) => boolean,
): readonly OpPair[] {
  let size = calls.length <= MAX_REDUCED ? 1 : Math.ceil(calls.length / 2);
  for (; size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < calls.length;) {
      const without = calls.filter(({ completion }, i) =>
        i < start || i >= start + size || completion === unexplained
      );
      if (without.length === calls.length || isStillExplained(without)) start += size;
      else calls = without;
    }
  }
  return calls;
}

/** Returns the operations that had not completed when the first of `binding` was invoked. */
function openDuring(calls: readonly OpPair[], [first]: readonly OpPair[]): OpPair[] {
  const start = first?.invocation.index ?? 0;
  return calls.filter(({ completion }) => completion?.type !== "ok" || completion.index > start);
}

/** A part of a history. */
interface Part<State> {
  /** The operations that must take effect in it. */
  readonly binding: readonly OpPair[];
  /** These and all others that may. */
  readonly within: readonly OpPair[];
  /** The states it may begin in. */
  readonly initial: readonly State[];
}

function isExplained<State>(part: Part<State>, model: Model<State>): boolean {
  const events = eventsOf(part, model);
  return part.initial.some((initial) =>
    search(events, model, { maxConfigurations: MAX_CONFIGURATIONS }, initial).verdict !== false
  );
}

/** A history in which some operations must take effect, and the others may. */
function eventsOf<State>({ binding, within }: Part<State>, model: Model<State>): Op[] {
  const bindingSet = new Set(binding);
  const events: Op[] = [];
  for (const call of within) {
    const { invocation, completion } = call;
    const isBinding = bindingSet.has(call);
    if (!isBinding && model.isReadOnly?.(completion ?? invocation)) continue;
    events.push(invocation);
    if (isBinding && completion !== undefined) events.push(completion);
  }
  return events.sort((a, b) => a.index - b.index);
}

/** Every state that the operations could lead to in any order; `undefined` if there are too many. */
function statesOf<State>(
  calls: readonly OpPair[],
  model: Model<State>,
): readonly State[] | undefined {
  const ops = new Map<string, Op>();
  for (const { invocation, completion } of calls) {
    const op = completion?.type === "ok" ? completion : invocation;
    ops.set(`${op.f} ${canonical(op.value)}`, op);
  }
  const states = new Map([[model.identify(model.initial), model.initial]]);
  for (const state of states.values()) {
    for (const op of ops.values()) {
      const after = model.step(state, op);
      if (after !== undefined && states.size < MAX_STATES) states.set(model.identify(after), after);
    }
    if (states.size === MAX_STATES) return undefined;
  }
  return [...states.values()];
}

/** Finds the least count from 1 that passes a monotonic test; `undefined` if `most` fails it. */
function leastCount(most: number, passes: (count: number) => boolean): number | undefined {
  let [low, high] = [0, 1];
  while (!passes(high)) {
    if (high >= most) return undefined;
    [low, high] = [high, Math.min(2 * high, most)];
  }
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (passes(middle)) high = middle;
    else low = middle;
  }
  return high;
}
