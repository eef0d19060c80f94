import { assert, assertEquals } from "@std/assert";
import {
  checkFinalStates,
  explainFinalStates,
  readFinalStates,
  type State,
} from "./final_states.ts";
import { UNKNOWN } from "../checkers/checker.ts";
import { VirtualClock } from "./clock/virtual_clock.ts";
import { type Edn, prettyEdn } from "../history/edn.ts";
import { NS_PER_S, printHistory } from "../history/operations.ts";
import { planOf, workloadOf } from "./plan.ts";
import { run } from "./run.ts";
import { type Node, type Program, RpcError } from "../mod.ts";
import { ReplicatedRegisters } from "../algorithms/replication.ts";
import neverReplicates from "../../nodes/faulty/never_replicates.ts";
import { inVirtualTime, simulateOnce } from "../simulator/simulate_once.ts";
import { TxnRwRegister } from "../workloads.ts";

const PLAN = planOf({
  workload: "txn-rw-register",
  nodeCount: 2,
  concurrency: "2n",
  timeLimitS: 3,
  rate: 50,
  consistencyModels: ["read-committed"],
  faults: ["partition"],
  faultIntervalS: 1,
});
const WORKLOAD = workloadOf(PLAN);

/** A program that replicates, and refuses transactions on more keys than that. */
function replicates(mostKeys = Infinity): Program {
  return (node: Node) => {
    const registers = new ReplicatedRegisters(node, { name: "registers" });
    node.on(TxnRwRegister.txn, async ({ txn }) => {
      if (txn.length > mostKeys) throw new RpcError(13, "too much at once");
      return { type: "txn_ok", txn: await registers.transact(txn) };
    });
  };
}

async function explained(program: Program): Promise<{ verdict: Edn; words: string[] }> {
  const { finalStates = {}, history } = await simulateOnce(program, PLAN);
  const { finalStates: check } = WORKLOAD;
  assert(check !== undefined);
  const words = explainFinalStates(check, finalStates, history);
  return { verdict: finalStates["valid?"] ?? null, words };
}

Deno.test("final states change neither the history nor the results", async () => {
  const { finalStates: _, ...workload } = WORKLOAD;
  for (const program of [replicates(), neverReplicates]) {
    const plain = await inVirtualTime(
      program,
      PLAN.seed,
      (engine) => run(PLAN, { ...engine, workload }),
    );
    const asked = await simulateOnce(program, { ...PLAN, deliveryMs: 0 });
    assertEquals(plain.finalStates, undefined);
    assert(asked.finalStates !== undefined);
    assertEquals(printHistory(asked.history), printHistory(plain.history));
    assertEquals(prettyEdn(asked.results ?? {}), prettyEdn(plain.results ?? {}));
  }
});

Deno.test("replicas that agree are named as such, with the number of their keys", async () => {
  const { verdict, words } = await explained(replicates());
  assertEquals(verdict, true);
  assertEquals(words.length, 1);
  assert(
    /^Beyond .*: the replicas agree on all \d+ keys in the end; no write was lost\.$/.test(
      words[0] ?? "",
    ),
  );
});

Deno.test("a node that never replicates is named", async () => {
  const { verdict, words } = await explained(neverReplicates);
  assertEquals(verdict, false);
  assert(/^Beyond .*no part of the verdict: n0 never replicates/.test(words[0] ?? ""), words[0]);
  assert(words[1]?.startsWith("n1 never replicates"));
});

Deno.test("nodes that do not answer are named, and nothing is claimed", async () => {
  const { verdict, words } = await explained(replicates(4));
  assertEquals(verdict, UNKNOWN);
  assertEquals(words.filter((word) => /n[01] did not say/.test(word)).length, 2);
});

Deno.test("a node that ends while it is asked costs the run nothing but its final states", async () => {
  const longest = 4;
  const endsWhenAsked: Program = (node) => {
    node.on(TxnRwRegister.txn, ({ txn }) => {
      if (txn.length > longest) Deno.exit(1);
      return { type: "txn_ok", txn };
    });
  };
  const { crash, results, finalStates, problems } = await simulateOnce(endsWhenAsked, PLAN);
  assertEquals([crash, finalStates], [undefined, undefined]);
  assert(results?.["workload"] !== undefined);
  assert(problems.some(({ text }) => text.includes("ended: exit status 1")));
});

/** Reads the final states of nodes that say this in each round, and measures how long that takes. */
function asking(says: (node: string, round: number) => State | undefined, keys: Edn[] = [1]) {
  const clock = new VirtualClock();
  return clock.run(async () => {
    const rounds = new Map<string, number>();
    const ask = (node: string, some: readonly Edn[]) => {
      const round = (rounds.get(node) ?? 0) + (some.includes(keys[0] ?? null) ? 1 : 0);
      rounds.set(node, round);
      const state = says(node, round);
      if (state === undefined) return Promise.reject(new RpcError(0));
      return Promise.resolve(new Map([...state].filter(([key]) => some.includes(key))));
    };
    const found = await readFinalStates(["a", "b"], keys, ask, clock);
    return { ...found, seconds: clock.nowNs() / NS_PER_S };
  });
}

Deno.test("nodes are read until they agree", async () => {
  const found = await asking((node, round) => new Map([[1, node === "a" ? 3 : round]]));
  assertEquals(found, {
    states: new Map([["a", new Map([[1, 3]])], ["b", new Map([[1, 3]])]]),
    silent: [],
    seconds: 3,
  });
});

Deno.test("reading stops after five rounds if nodes never agree or never answer", async () => {
  const apart = await asking((node) => new Map([[1, node]]));
  assertEquals([apart.seconds, apart.silent, apart.states.size], [5, [], 2]);
  const silent = await asking((node) => node === "a" ? undefined : new Map([[1, 1]]));
  assertEquals([silent.seconds, silent.silent, [...silent.states.keys()]], [5, ["a"], ["b"]]);
});

Deno.test("many keys are read a hundred at a time", async () => {
  const keys = Array.from({ length: 250 }, (_, key) => key);
  const all = new Map(keys.map((key) => [key, key]));
  const { states, seconds } = await asking(() => all, keys);
  assertEquals([states.get("a"), states.get("b"), seconds], [all, all, 1]);
});

/** Judges final states of which two nodes' checks say so much. */
function judge(valid: boolean, silent: string[]) {
  const check = {
    keys: () => [],
    read: () => Promise.resolve(new Map()),
    check: () => ({ "valid?": valid }),
    explain: () => [valid ? "all is well." : "A is off."],
  };
  const context = { states: new Map(), silent, nodeOf: () => undefined };
  const result = checkFinalStates(check, [], context);
  return { verdict: result["valid?"], words: explainFinalStates(check, result, []) };
}

Deno.test("a silent node makes a good verdict unknown, and leaves a bad one bad", () => {
  const { verdict, words } = judge(true, []);
  assertEquals([verdict, words], [true, ["Beyond Maelstrom's checks: all is well."]]);
  assertEquals(judge(true, ["a"]).verdict, UNKNOWN);
  const bad = judge(false, ["a"]);
  assertEquals(bad.verdict, false);
  assertEquals(bad.words, [
    "Beyond Maelstrom's checks, and no part of the verdict: A is off.",
    "a did not say what it holds at the end.",
  ]);
});
