/**
 * What the compiler makes of a description: wrong field names and types must not compile.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Body, Json } from "./message.ts";
import type { RequestOf } from "./node.ts";
import type { Of, ReplyOf } from "./rpc.ts";
import { runDeno, withFolder } from "./testing/process.ts";
import { Broadcast, Echo, Kafka, KvService } from "./workloads.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

/** Does not compile unless it is given `true`. */
function holds<_T extends true>(): void {}

Deno.test("requests and replies have the types of their descriptions", () => {
  holds<Same<RequestOf<typeof Broadcast.broadcast>["message"], number>>();
  holds<Same<RequestOf<typeof Echo.echo>["echo"], Json>>();
  holds<Same<RequestOf<typeof Echo.echo>["msg_id"], Body["msg_id"]>>();
  holds<Same<ReplyOf<typeof Broadcast.read>["messages"], number[]>>();
  holds<Same<ReplyOf<typeof Broadcast.read>["type"], "read_ok">>();
  holds<Same<ReplyOf<typeof Kafka.poll>["msgs"], Record<string, [number, number][]>>>();
  holds<Same<Of<typeof KvService.cas.request>["create_if_not_exists"], boolean | undefined>>();
});

const PRELUDE = `
import { Node } from "${import.meta.resolve("./node.ts")}";
import { oneWay, integer } from "${import.meta.resolve("./rpc.ts")}";
import { Broadcast, Echo, KvService } from "${import.meta.resolve("./workloads.ts")}";
const node = new Node({ send() {}, log() {} });
const gossip = oneWay("gossip", { value: integer });
const read = await node.rpc("n1", Broadcast.read, {});
`.trim().split("\n");

// One statement per line, so that a line number identifies it.
const COMPILE = `
node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
node.on(Echo.echo, async ({ echo }) => ({ type: "echo_ok", echo: await echo }));
node.on(gossip, ({ value }) => { value.toFixed(); });
node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
node.send("n1", gossip, { value: 1 });
node.rpc("lin-kv", KvService.cas, { key: "a", from: 1, to: 2 });
node.rpc("lin-kv", KvService.cas, { key: "a", from: 1, to: 2, create_if_not_exists: true });
read.messages.map((message) => message.toFixed());
`.trim().split("\n");

const DO_NOT_COMPILE = `
node.on(Echo.echo, ({ ecko }) => ({ type: "echo_ok", echo: "" }));
node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", ecko: echo }));
node.on(Echo.echo, async ({ echo }) => ({ type: "echo_ok", ecko: await echo }));
node.on(Echo.echo, ({ echo }) => ({ type: "echo", echo }));
node.on(Echo.echo, ({ echo }) => echo);
node.on(Echo.echo, () => {});
node.on(Broadcast.broadcast, ({ message }) => ({ type: "broadcast_ok", length: message.length }));
node.on(Broadcast.read, () => ({ type: "read_ok", messages: ["1"] }));
node.on(Broadcast.read, () => ({ type: "read_ok", messages: new Set([1]) }));
node.on(gossip, ({ value }) => ({ type: "gossip_ok", value }));
node.send("n1", gossip, { valeu: 1 });
node.send("n1", gossip, { value: 1, more: 2 });
node.send("n1", gossip, { value: "1" });
node.rpc("n1", gossip, { value: 1 });
node.rpc("lin-kv", KvService.cas, { key: "a", from: 1 });
read.value;
`.trim().split("\n");

Deno.test("wrong field names and types do not compile", async () => {
  const lines = [...PRELUDE, ...COMPILE, ...DO_NOT_COMPILE];
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/program.ts`, lines.join("\n"));
    const { code, err } = await runDeno(["check", "--no-config", `${folder}/program.ts`]);
    const places = err.matchAll(/program\.ts:(\d+):/g);
    const refused = new Set([...places].map(([, line]) => lines[Number(line) - 1]));
    assertEquals(code, 1);
    assertEquals(lines.filter((line) => refused.has(line)), DO_NOT_COMPILE);
  });
});
