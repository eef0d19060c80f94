/**
 * Workloads `g-counter` and `pn-counter`: a counter that only grows, and one that goes both ways.
 *
 * The first is the second without its negative adds: they are left out, not made positive, so that
 * two of three operations are reads.
 *
 * @module
 */
import { checkCounter, explainCounter } from "../../checkers/counter.ts";
import { completionOfException } from "../clients/completion.ts";
import { each, eachThread, type Invocation, once } from "../clients/generator.ts";
import type { Random } from "../random.ts";
import { Counter } from "../../workloads.ts";
import type { Workload } from "./workload.ts";

const READ: Invocation = { f: "read", value: null };
const FINAL_READ: Invocation = { ...READ, extra: { "final?": true } };

/** Half the operations are adds of −5 to 4. */
export const pnCounter: Workload = {
  name: "pn-counter",
  description: "a counter that goes up and down, the same on every node in the end",
  reusableClients: false,
  generators: (_options, random) => ({
    main: each(() => readOrAdd(random)),
    final: eachThread(() => once(FINAL_READ)),
  }),
  open: () => async (op, call) => {
    try {
      if (op.f === "read") return { type: "ok", value: (await call(Counter.read, {})).value };
      await call(Counter.add, { delta: Number(op.value) });
      return { type: "ok" };
    } catch (error) {
      return completionOfException(error); // Maelstrom maps no errors here
    }
  },
  check: checkCounter,
  explain: explainCounter,
};

/** A third of the operations are adds of 0 to 4. */
export const gCounter: Workload = {
  ...pnCounter,
  name: "g-counter",
  description: "a counter that only grows, the same on every node in the end",
  generators: (options, random) => ({
    ...pnCounter.generators(options, random),
    main: each(() => readOrGrow(random)),
  }),
};

function readOrAdd(random: Random): Invocation {
  return random.chance(0.5) ? { f: "add", value: random.int(10) - 5 } : READ;
}

function readOrGrow(random: Random): Invocation {
  const op = readOrAdd(random);
  return Number(op.value) < 0 ? readOrGrow(random) : op;
}
