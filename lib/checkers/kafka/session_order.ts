/**
 * Checks of the order within a process: how its sends and polls move through the version order.
 *
 * A process polls each key forward: the first message of a poll directly follows the last message of
 * the poll before, and likewise within a poll. A distance above one is a skip, one below it is a
 * repetition or a step back ("nonmonotonic"). Only messages that somebody saw count, so a hole in the
 * offsets is not a skip.
 *
 * @module
 */
import { entriesInMapOrder } from "../../history/clojure_order.ts";
import { type Edn, List } from "../../history/edn.ts";
import { type Analysis, between, delta } from "./analysis.ts";
import { type Found, shownOp } from "./errors.ts";
import { type Completion, type MessagesByKey, push } from "./messages.ts";

/** Steps that skip messages, and steps that repeat one or go back. */
interface Missteps {
  readonly skip: readonly Found[];
  readonly nonmonotonic: readonly Found[];
}

/** Checks the steps within single operations: `int-poll-skip` and the like. */
export function internalSteps(
  { completions, orders }: Analysis,
  messagesOf: (completion: Completion) => MessagesByKey,
): Missteps {
  const skip: Found[] = [];
  const nonmonotonic: Found[] = [];
  for (const completion of completions) {
    for (const [key, messages] of messagesOf(completion)) {
      const order = orders.get(key);
      for (let i = 1; i < messages.length; i++) {
        const values = [messages[i - 1]?.[1] ?? null, messages[i]?.[1] ?? null] as const;
        const step = delta(order, ...values);
        const error = () => ({ key, values, delta: step });
        if (step > 1) {
          const skipped = () => new List(between(order, ...values));
          const show = () => ({ ...error(), skipped: skipped(), op: shownOp(completion) });
          skip.push({ rank: step, show });
        } else if (step < 1) {
          nonmonotonic.push({ rank: step, show: () => ({ ...error(), op: shownOp(completion) }) });
        }
      }
    }
  }
  return { skip, nonmonotonic };
}

/** Checks the steps from a poll to the next by the same process: `poll-skip`, `nonmonotonic-poll`. */
export function pollSteps({ completions, orders }: Analysis): Missteps {
  const skip: Found[] = [];
  const nonmonotonic: Found[] = [];
  for (const ofProcess of byProcess(completions)) {
    let last = new Map<Edn, Completion>();
    for (const completion of ofProcess) {
      if (completion.op.f === "assign" && completion.op.type !== "fail") {
        last = onlyAssigned(last, completion.op.value);
      }
      for (const [key, messages] of completion.polls) {
        const before = last.get(key);
        if (completion.op.type === "ok") last.set(key, completion);
        const from = before?.polls.get(key)?.at(-1);
        const [to] = messages;
        if (before === undefined || from === undefined || to === undefined) continue;
        const order = orders.get(key);
        const values = [from[1], to[1]] as const;
        const step = delta(order, ...values);
        const ops = () => [shownOp(before), shownOp(completion)];
        if (step > 1) {
          const skipped = () => new List(between(order, ...values));
          skip.push({
            rank: step,
            show: () => ({ key, delta: step, skipped: skipped(), ops: ops() }),
          });
        } else if (step < 1) {
          nonmonotonic.push({ rank: step, show: () => ({ key, values, delta: step, ops: ops() }) });
        }
      }
    }
  }
  return { skip, nonmonotonic };
}

/** Checks that the sends of a process to a key ascend; `nonmonotonic-send` if not. */
export function sendsBackwards({ completions, orders }: Analysis): Found[] {
  const found: Found[] = [];
  for (const ofProcess of byProcess(completions)) {
    let last = new Map<Edn, Completion>();
    for (const completion of ofProcess) {
      if (completion.op.type === "fail") continue;
      if (completion.op.f === "assign") last = onlyAssigned(last, completion.op.value);
      for (const [key, messages] of completion.sends) {
        const before = last.get(key);
        last.set(key, completion);
        const from = before?.sends.get(key)?.at(-1);
        const [to] = messages;
        if (before === undefined || from === undefined || to === undefined) continue;
        const values = [from[1], to[1]] as const;
        const step = delta(orders.get(key), ...values);
        if (step >= 1) continue;
        const ops = () => [shownOp(before), shownOp(completion)];
        found.push({ rank: step, show: () => ({ key, values, delta: step, ops: ops() }) });
      }
    }
  }
  return found;
}

function byProcess(completions: readonly Completion[]): Completion[][] {
  const processes = new Map<number, Completion[]>();
  for (const completion of completions) push(processes, completion.process, completion);
  return entriesInMapOrder(processes).map(([, ofProcess]) => ofProcess);
}

/** An assignment makes a process forget its position in the keys it no longer has. */
function onlyAssigned(last: ReadonlyMap<Edn, Completion>, assigned: Edn): Map<Edn, Completion> {
  const keys = new Set(Array.isArray(assigned) ? assigned : []);
  return new Map([...last].filter(([key]) => keys.has(key)));
}
