/**
 * The challenges' nodes, as they are, as three processes on a real server.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async";
import type { NatsConnection } from "@nats-io/transport-node";
import type { Body } from "../message.ts";
import { runDeno, withFolder } from "../testing/process.ts";
import { fileURLToPath } from "node:url";
import { startServices } from "./services.ts";
import { type TestServer, testWithServer } from "./server_fixture.ts";
import { connectTest, TestSystem } from "./system_fixture.ts";

const SERVICES = { system: "cluster", say: () => {} };

/** A story about three nodes of a script. */
function testSystem(
  name: string,
  script: string,
  story: (stage: {
    readonly system: TestSystem;
    readonly server: TestServer;
    readonly connection: NatsConnection;
  }) => Promise<void>,
): void {
  testWithServer(name, (server) =>
    withFolder(async (folder) => {
      await using connection = await connectTest(server);
      await startServices(connection, SERVICES);
      await using system = await TestSystem.start(server, connection, { script, folder });
      await story({ system, server, connection });
    }));
}

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
    const { results, history } = await system.drive({ workload: "g-counter" }, { settleMs: 2_500 });
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
    assertEquals(results["valid?"], true, Deno.inspect(results));
    const read = '{"type":"read","key":-1}';
    const { code } = (await connection.request("cluster.n1", read, { timeout: 5_000 })).json<
      Body
    >();
    assertEquals(code, 20, "n1 answers again: there is no such key");
  },
);

testSystem("a node is one process", "1_echo.ts", async ({ system, connection }) => {
  const second = system.launch("n0");
  assertEquals(await second.ended(), 1);
  assertMatch(
    second.log.join("\n"),
    /^another process is n0 of cluster on nats:.*; this one ends$/,
  );
  const reply = await connection.request("cluster.n0", '{"type":"echo","echo":"still here"}');
  assertEquals(reply.json(), { type: "echo_ok", echo: "still here" });
});

testSystem(
  "a client is any program that sends a request's body",
  "1_echo.ts",
  async ({ connection }) => {
    const ask = async (text: string) => (await connection.request("cluster.n1", text)).json();
    assertEquals(await ask('{"type":"echo","echo":[1.5],"msg_id":7}'), {
      type: "echo_ok",
      echo: [1.5],
      in_reply_to: 7,
    });
    const text = 'a request is a JSON object with a "type", such as {"type": "read"}; got ';
    for (const nonsense of ["{", "[]", '{"type":1}', '{"type":"echo"}}, {"body":{"type":"echo"}']) {
      assertEquals(await ask(nonsense), { type: "error", code: 12, text: text + nonsense });
    }
    connection.publish("cluster.n1.inbox", "no message");
    assertEquals(await ask('{"type":"echo","echo":1}'), { type: "echo_ok", echo: 1 });
  },
);

/** Runs a node that should not come up; returns what it says. */
async function refused(...args: string[]): Promise<string> {
  const [lib, script] = ["..", "../../nodes/1_echo.ts"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url))
  );
  const permissions = ["--no-prompt", "--allow-net=127.0.0.1", `--allow-read=${lib}`];
  const { code, err } = await runDeno(["run", "--quiet", ...permissions, script ?? "", ...args]);
  assertEquals(code, 1);
  return err.trim();
}

Deno.test("a node's arguments are checked, and a missing server is named", async () => {
  const on = ["--on", "nats://127.0.0.1:1"];
  assertEquals(
    await Promise.all([
      refused(...on, "--id", "n0"),
      refused(...on, "--id", "n3", "--ids", "n0,n1"),
      refused(...on, "--id", "c1", "--ids", "c1"),
      refused(...on, "--id", "n.0", "--ids", "n.0"),
    ]),
    [
      "--ids is missing: the names of all nodes",
      "--id n3 is none of n0, n1",
      "--ids: no node can be called c1",
      '--ids must be letters, digits, "-" and "_", got "n.0"',
    ],
  );
  assertStringIncludes(
    await refused(...on, "--id", "n0", "--ids", "n0"),
    "nats://127.0.0.1:1 is not there",
  );
});
