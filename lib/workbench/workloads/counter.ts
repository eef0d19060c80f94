/**
 * Workloads `g-counter` and `pn-counter`: a counter that only grows, and one that goes both ways.
 *
 * `g-counter` leaves out the negative adds of `pn-counter` instead of making them positive, so two of
 * three operations are reads.
 *
 * @module
 */
import { checkCounter, counterFailures, explainCounter } from "../../checkers/counter.ts";
import { clip, joinWords } from "../../checkers/format.ts";
import { type EdnObject, itemsOf, printEdn } from "../../history/edn.ts";
import { each, eachThread, type Invocation, once } from "../clients/generator.ts";
import type { Random } from "../random.ts";
import { integer, rpc, type Shape } from "../../rpc.ts";
import { Counter } from "../../workloads.ts";
import { pictureCounter } from "./counter_pictures.ts";
import { type Figure, performs, readsLists, type Workload } from "./workload.ts";

const READ: Invocation = { f: "read", value: null };
const FINAL_READ: Invocation = { ...READ, extra: { "final?": true } };

const integerOfAnySize: Shape<number | bigint> = {
  problem: (value, path) => typeof value === "bigint" ? undefined : integer.problem(value, path),
};

/** `read` as Maelstrom takes it. */
const Read = rpc(Counter.read.type, Counter.read.request, { value: integerOfAnySize });

/** What the two have in common: all but their names and adds. */
function counter(draw: (random: Random) => Invocation) {
  return {
    reusableClients: false,
    generators: (_options, random) => ({
      main: each(() => draw(random)),
      final: eachThread(() => once(FINAL_READ)),
    }),
    open: () => async (op, call) => {
      if (op.f === "read") return { type: "ok", value: (await call(Read, {})).value };
      await call(Counter.add, { delta: Number(op.value) });
      return { type: "ok" };
    },
    check: checkCounter,
    explain: explainCounter,
    signature: counterFailures,
    figures: figuresOf,
    pictures: pictureCounter,
  } satisfies Partial<Workload>;
}

/** Half the operations are adds of −5 to 4. */
export const pnCounter: Workload = {
  ...counter(readOrAdd),
  name: "pn-counter",
  description: "a counter that goes up and down, the same on every node in the end",
  recognises: (history) => performs("add")(history) && !readsLists(history),
};

/** A third of the operations are adds of 0 to 4. */
export const gCounter: Workload = {
  ...counter(readOrGrow),
  name: "g-counter",
  description: "a counter that only grows, the same on every node in the end",
};

function readOrAdd(random: Random): Invocation {
  return random.chance(0.5) ? { f: "add", value: random.int(10) - 5 } : READ;
}

function readOrGrow(random: Random): Invocation {
  const op = readOrAdd(random);
  return Number(op.value) < 0 ? readOrGrow(random) : op;
}

/** Final reads that a figure shows. */
const SHOWN_READS = 10;

function figuresOf(result: EdnObject): Figure[] {
  const ranges = itemsOf(result["acceptable"]).map((range) => {
    const [low = null, high = null] = itemsOf(range);
    return low === high ? printEdn(low) : `${printEdn(low)} to ${printEdn(high)}`;
  });
  const reads = itemsOf(result["final-reads"]).map(printEdn);
  const shown = reads.slice(0, SHOWN_READS).join(", ") + (reads.length > SHOWN_READS ? ", …" : "");
  return [
    { name: "final reads", text: reads.length === 0 ? "none succeeded" : shown },
    { name: "acceptable", text: clip(joinWords(ranges, "or"), 40) },
  ];
}
