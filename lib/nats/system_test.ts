/**
 * The challenges' nodes, as they are, as three processes on a real server, judged by our checkers.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { lookUp } from "../history/look_up.ts";
import type { Body } from "../message.ts";
import { testSystem } from "./system_fixture.ts";

testSystem(
  "3c on a server: every value reaches every node, although the server restarts meanwhile",
  "3c_fault_tolerant_broadcast.ts",
  async ({ system, server }) => {
    const restart = async () => {
      await delay(300);
      await server.stop();
      await delay(200);
      await server.start();
    };
    const plan = { workload: "broadcast", timeLimitS: 2 };
    const { results } = await system.drive(plan, { settleMs: 2_000, meanwhile: restart });
    assertEquals(results["valid?"], true, Deno.inspect(results));
  },
);

testSystem(
  "4 on a server: the counter's checker accepts what clients read",
  "4_grow_only_counter.ts",
  async ({ system }) => {
    const patient = { settleMs: 2_500, patienceMs: 5_000 }; // a busy machine is no fault of a node's
    const { results, history } = await system.drive({ workload: "g-counter" }, patient);
    assertEquals(results["valid?"], true, Deno.inspect(results));
    assertEquals(history.filter(({ type }) => type === "info" || type === "fail"), []);
  },
);

testSystem(
  "5b on a server: the log's checker accepts what clients polled",
  "5b_multi_node_log.ts",
  async ({ system }) => {
    const { results } = await system.drive({ workload: "kafka" }, { settleMs: 500 });
    assertEquals(results["valid?"], true, Deno.inspect(results));
  },
);

testSystem(
  "6c on a server: transactions are read committed",
  "6c_read_committed.ts",
  async ({ system }) => {
    const consistencyModels = ["read-committed"];
    const { results } = await system.drive({ workload: "txn-rw-register", consistencyModels });
    assertEquals(results["valid?"], true, Deno.inspect(results));
  },
);

testSystem(
  "lin-kv by Raft on a server: linearizable, although a node is killed and comes back",
  "lin_kv.ts",
  async ({ system, connection }) => {
    const plan = { workload: "lin-kv", timeLimitS: 2, rate: 50 };
    const { results } = await system.drive(plan, {
      meanwhile: async () => {
        await delay(500);
        await system.kill("n1");
        await system.start("n1");
      },
    });
    // Not `stats`: by chance no compare-and-set may find what it expects in two seconds.
    assertEquals(lookUp(results, ["workload", "valid?"]), true, Deno.inspect(results));
    const read = '{"type":"read","key":-1}';
    const { code } = (await connection.request("cluster.n1", read, { timeout: 5_000 })).json<
      Body
    >();
    assertEquals(code, 20, "n1 answers again: there is no such key");
  },
);
