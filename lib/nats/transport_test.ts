/**
 * A node on a server: who it is, and who may ask it.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Body } from "../message.ts";
import { runDeno } from "../testing/process.ts";
import { fileURLToPath } from "node:url";
import { testSystem } from "./system_fixture.ts";

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

testSystem(
  "a message above the server's limit is its sender's error, and the node lives on",
  "1_echo.ts",
  async ({ connection }) => {
    const ask = async (echo: string) =>
      (await connection.request("cluster.n2", JSON.stringify({ type: "echo", echo }))).json<Body>();
    const { type, code, text } = await ask("x".repeat(1_974)); // the reply is a little longer
    assertEquals([type, code], ["error", 13]);
    assertMatch(`${text}`, /^echo_ok to c1 exceeds what the server takes in a message, 2000 bytes/);
    assertEquals(await ask("short"), { type: "echo_ok", echo: "short" });
  },
  "max_payload: 2000",
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
