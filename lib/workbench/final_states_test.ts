import { assert, assertEquals } from "@std/assert";
import { explainSilent, finalStates, type State, withSilent } from "./final_states.ts";
import { UNKNOWN } from "../checkers/checker.ts";
import { VirtualClock } from "./clock/virtual_clock.ts";
import { type Edn, prettyEdn } from "../history/edn.ts";
import { NS_PER_S, printHistory } from "../history/operations.ts";
import { parseTestOptions } from "./command_line.ts";
import type { RunOptions } from "./run.ts";
import { LwwRegisters } from "../algorithms/lww_registers.ts";
import { type Node, type Program, RpcError } from "../mod.ts";
import { Replication } from "../algorithms/replication.ts";
import neverReplicates from "../../nodes/faulty/never_replicates.ts";
import { simulate } from "../simulator/simulate.ts";
import { TxnRwRegister } from "../workloads.ts";

const OPTIONS = parseTestOptions(
  ("-w txn-rw-register --node-count 2 --concurrency 2n --time-limit 3 --rate 50 --seed 1 " +
    "--consistency-models read-committed --nemesis partition --nemesis-interval 1").split(" "),
).run;

/** A program that replicates, and answers no transaction on more keys than that. */
function replicates(mostKeys = Infinity): Program {
  return (node: Node) => {
    const registers = new LwwRegisters();
    const replication = new Replication(node, registers);
    node.on(TxnRwRegister.txn, ({ txn }) => {
      if (txn.length > mostKeys) throw new RpcError(13, "too much at once");
      const done = registers.transact(node.id, txn);
      replication.wake();
      return { type: "txn_ok", txn: done };
    });
  };
}

async function explained(program: Program): Promise<{ verdict: Edn; words: string[] }> {
  const { stronger = {}, history } = await simulate(program, OPTIONS);
  const words = OPTIONS.workload.aftermath?.explain(stronger, history) ?? [];
  return { verdict: stronger["valid?"] ?? null, words };
}

Deno.test("what is asked in the end is in neither the history nor the results", async () => {
  const { aftermath: _, ...workload } = OPTIONS.workload;
  const without: RunOptions = { ...OPTIONS, workload };
  for (const program of [replicates(), neverReplicates]) {
    const plain = await simulate(program, without);
    const asked = await simulate(program, OPTIONS);
    assertEquals(plain.stronger, undefined);
    assert(asked.stronger !== undefined);
    assertEquals(printHistory(asked.history), printHistory(plain.history));
    assertEquals(prettyEdn(asked.results ?? {}), prettyEdn(plain.results ?? {}));
  }
});

Deno.test("replicas that agree are said to, and how many keys that is", async () => {
  const { verdict, words } = await explained(replicates());
  assertEquals(verdict, true);
  assertEquals(words.length, 1);
  assert(
    /^Beyond .*: the replicas agree on all \d+ keys in the end; no write was lost\.$/.test(
      words[0] ?? "",
    ),
  );
});

Deno.test("a node that never replicates is called out by name", async () => {
  const { verdict, words } = await explained(neverReplicates);
  assertEquals(verdict, false);
  assert(/^Beyond .*no part of the verdict: n0 never replicates/.test(words[0] ?? ""), words[0]);
  assert(words[1]?.startsWith("n1 never replicates"));
});

Deno.test("nodes that do not say what they hold are named, and nothing is claimed", async () => {
  const { verdict, words } = await explained(replicates(4));
  assertEquals(verdict, UNKNOWN);
  assertEquals(words.filter((word) => /n[01] did not say/.test(word)).length, 2);
});

/** What each node says each time it is asked; and how long the asking took. */
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
    const found = await finalStates(["a", "b"], keys, ask, clock);
    return { ...found, seconds: clock.nowNs() / NS_PER_S };
  });
}

Deno.test("nodes are asked until they agree", async () => {
  const found = await asking((node, round) => new Map([[1, node === "a" ? 3 : round]]));
  assertEquals(found, {
    states: new Map([["a", new Map([[1, 3]])], ["b", new Map([[1, 3]])]]),
    silent: [],
    seconds: 3,
  });
});

Deno.test("nodes that never agree, or never answer, are not waited for long", async () => {
  const apart = await asking((node) => new Map([[1, node]]));
  assertEquals([apart.seconds, apart.silent, apart.states.size], [5, [], 2]);
  const silent = await asking((node) => node === "a" ? undefined : new Map([[1, 1]]));
  assertEquals([silent.seconds, silent.silent, [...silent.states.keys()]], [5, ["a"], ["b"]]);
});

Deno.test("many keys are asked for a hundred at a time", async () => {
  const keys = Array.from({ length: 250 }, (_, key) => key);
  const all = new Map(keys.map((key) => [key, key]));
  const { states, seconds } = await asking(() => all, keys);
  assertEquals([states.get("a"), states.get("b"), seconds], [all, all, 1]);
});

Deno.test("a silent node makes a good result unknown, and leaves a bad one bad", () => {
  assertEquals(withSilent({ "valid?": true }, []), { "valid?": true });
  assertEquals(withSilent({ "valid?": true }, ["a"]), { "valid?": UNKNOWN, silent: ["a"] });
  assertEquals(withSilent({ "valid?": false }, ["a"])["valid?"], false);
  assertEquals(explainSilent({}), []);
});
