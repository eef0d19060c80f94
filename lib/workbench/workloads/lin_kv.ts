/**
 * Workload `lin-kv`: a store of registers that clients read, write and compare-and-set.
 *
 * A group of threads, twice as many as there are nodes, works on one key. In the first group half of
 * the threads only read; all others write (⅓) and compare-and-set (⅔) values from 0 to 4. A group
 * moves on to a new key once more than twenty processes have touched the old one, that is when many
 * operations stayed open: each of them makes the search for an order harder for good.
 *
 * @module
 */
import { projectLinKv } from "../../checkers/projections.ts";
import { checkLinKv, explainLinKv, linKvFailures } from "../../checkers/lin_kv.ts";
import { joinWords } from "../../checkers/format.ts";
import { casOf } from "../../checkers/linearizability/register.ts";
import type { Call } from "../clients/client.ts";
import type { Completion } from "../clients/completion.ts";
import { type Edn, type EdnObject, entriesOf, itemsOf, printEdn } from "../../history/edn.ts";
import { anyThread, type Generator, type Invocation } from "../clients/generator.ts";
import { jsonToEdn } from "../../history/json.ts";
import type { Random } from "../random.ts";
import { LinKv } from "../../workloads.ts";
import { pictureOrders } from "./order_pictures.ts";
import {
  type Figure,
  performs,
  type Place,
  type Workload,
  type WorkloadOptions,
} from "./workload.ts";

/** A key is given up once its group has had more processes than this. */
const PROCESSES_PER_KEY = 20;

/** Clients write whole numbers below this. */
const VALUES = 5;

/** Clients wait this many times the mean latency, but at least a second. */
const TIMEOUT_LATENCIES = 10;
const MIN_TIMEOUT_MS = 1_000;

export const linKv: Workload = {
  name: "lin-kv",
  description: "a linearizable store: read, write, and compare-and-set of single keys",
  reusableClients: true,
  refusals: {
    "precondition-failed": "compare-and-sets that found another value",
    "key-does-not-exist": "requests for a key not written yet",
  },
  idempotent: ["read"],
  problem({ nodes, concurrency }) {
    const group = 2 * nodes.length;
    if (group > PROCESSES_PER_KEY) {
      return `lin-kv takes at most ${PROCESSES_PER_KEY / 2} nodes, got ${nodes.length}: ` +
        "with more, a key is given up before its first operation";
    }
    if (concurrency % group === 0) return undefined;
    return `lin-kv needs a --concurrency that is a multiple of 2n, here ${group}; got ` +
      `${concurrency}. Try --concurrency 2n`;
  },
  generators: ({ nodes, concurrency }, random) => ({
    main: groups(nodes.length, concurrency, random),
  }),
  open: ({ latencyMs }: WorkloadOptions) => {
    const timeoutMs = Math.max(MIN_TIMEOUT_MS, TIMEOUT_LATENCIES * latencyMs);
    return (op, call) => perform(op, call, timeoutMs);
  },
  check: checkLinKv,
  explain: explainLinKv,
  signature: linKvFailures,
  figures: countKeys,
  places: findPlaces,
  project: projectLinKv,
  recognises: performs("cas", "write"),
  pictures: pictureOrders,
};

/** Keys that a figure names. */
const NAMED_KEYS = 8;

function countKeys(result: EdnObject): Figure[] {
  const keys = entriesOf(result["results"]).length;
  const failures = itemsOf(result["failures"]).map(printEdn).slice(0, NAMED_KEYS);
  const text = failures.length === 0 ? "" : `, not linearizable: ${joinWords(failures)}`;
  return [{ name: "keys", text: `${keys}${text}` }];
}

/** What Knossos draws for each key that fails; the first two are enough to begin with. */
function findPlaces(result: EdnObject): Place[] {
  return itemsOf(result["failures"]).slice(0, 2).map(printEdn).flatMap((key) => [
    { path: `independent/${key}/linear.svg`, why: "the operations that have no order" },
    { path: `independent/${key}/timeline.html`, why: "all operations of that key" },
  ]);
}

async function perform(
  { f, value }: Invocation,
  call: Call,
  timeoutMs: number,
): Promise<Completion> {
  const [key, argument = null] = Array.isArray(value) ? value.values() : [];
  const number = Number(key);
  switch (f) {
    case "read": {
      const read = await call(LinKv.read, { key: number }, timeoutMs);
      return { type: "ok", value: [number, jsonToEdn(read.value)] };
    }
    case "write":
      await call(LinKv.write, { key: number, value: Number(argument) }, timeoutMs);
      return { type: "ok" };
    default: {
      const [from, to] = casOf(argument);
      await call(LinKv.cas, { key: number, from: Number(from), to: Number(to) }, timeoutMs);
      return { type: "ok" };
    }
  }
}

/** Operations of groups of threads, each with a key. */
function groups(nodes: number, threads: number, random: Random): Generator {
  const size = 2 * nodes;
  /** The process of each thread. */
  const processes = Array.from({ length: threads }, (_, thread) => thread);
  /** The key of each group, and the processes that may have touched it. */
  const keys = Array.from({ length: threads / size }, (_, key) => ({
    key,
    touchedBy: new Set<number>(),
  }));
  let lastKey = keys.length - 1;

  /** The key of a group; a new one if too many processes may have touched the old one. */
  function keyOf(index: number): number {
    const group = keys[index];
    if (group === undefined) throw new RangeError(`there is no group ${index}`);
    const present = processes.slice(index * size, (index + 1) * size);
    for (const process of present) group.touchedBy.add(process);
    if (group.touchedBy.size > PROCESSES_PER_KEY) {
      group.key = ++lastKey;
      group.touchedBy = new Set(present);
    }
    return group.key;
  }

  function draw(thread: number): Invocation {
    const key = keyOf(Math.floor(thread / size));
    if (thread < nodes) return { f: "read", value: [key, null] };
    const value = (): Edn => random.int(VALUES);
    return random.chance(1 / 3)
      ? { f: "write", value: [key, value()] }
      : { f: "cas", value: [key, [value(), value()]] };
  }

  return {
    ...anyThread(random, draw),
    /** A thread whose operation stays open goes on as another process. */
    observe({ type }, thread) {
      if (type === "info") processes[thread] = (processes[thread] ?? thread) + threads;
    },
  };
}
