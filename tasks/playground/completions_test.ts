import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { completeFrom } from "../../lib/playground/app/completions.ts";
import { print, Scope } from "../../lib/playground/app/scope.ts";
import { LESSONS } from "../../lib/playground/lessons/mod.ts";
import { Node } from "../../lib/node.ts";
import { makeReference } from "./reference.ts";

const reference = await makeReference();
const complete = completeFrom(reference);

/** What is offered where `|` stands in a program. */
function optionsAt(program: string) {
  const pos = program.indexOf("|");
  const state = EditorState.create({ doc: program.replace("|", "") });
  const found = complete(new CompletionContext(state, pos, false));
  return found?.options ?? [];
}

const offeredAt = (program: string) => optionsAt(program).map(({ label }) => label);
const starterOf = (id: string) => LESSONS[id]?.starter ?? "";

Deno.test("the editor completes what the library has, and nothing else", () => {
  const node = new Node({ send: () => {}, log: () => {} });
  for (const name of offeredAt("node.|")) assert(name in node, name);
  for (const name of ["send", "peers", "rpc", "onInit", "log"]) {
    assert(offeredAt("node.|").includes(name), name);
  }
  assertEquals(offeredAt("  node.on(Broadcast.|"), ["topology", "broadcast", "read"]);
  assert(offeredAt("const tell = one|").includes("oneWay"));
  assert(offeredAt("import { K|").includes("Kv"));
  assertEquals(offeredAt("values.|"), []);
  assertEquals(offeredAt("1 + |"), []);
});

Deno.test("what is offered has its parameters, its signature and a line that says what it does", () => {
  const send = optionsAt("node.se|").find(({ label }) => label === "send");
  assertEquals(send?.detail, "(dest, message, fields)");
  assertEquals(
    send?.info,
    "node.send(dest: string, message: OneWay, fields: { fields of message }): void\n" +
      "Sends a message that expects no reply.",
  );
  const read = optionsAt("Broadcast.|").find(({ label }) => label === "read");
  assertEquals(read?.detail, " {} → read_ok { messages: number[] }");
  for (const { label, info } of optionsAt("K|")) {
    if (label.startsWith("@")) continue;
    assert(typeof info === "string" && /\n./.test(info), label);
  }
});

Deno.test("a store, a journal, a state machine and an error complete by what they were made as", () => {
  const inFour = starterOf("4").replace("await store.write", "await store.| store.write");
  assertEquals(offeredAt(inFour), ["read", "readOr", "write", "cas", "update"]);
  assertEquals(offeredAt("#kv = new Kv(node, x, integer); f() { this.#kv.|"), [
    ...["read", "readOr", "write", "cas", "update"],
  ]);
  assertEquals(offeredAt("const kept = node.journal({}); kept.|"), ["append"]);
  assert(offeredAt(`${starterOf("lin-kv")}; raft.|`).includes("barrier"));
  assert(offeredAt("try {} catch (e) { if (e.|").includes("definite"));
  assertEquals(offeredAt('new Kv(node, "|'), ["lin-kv", "seq-kv", "lww-kv"]);
  assert(offeredAt("ErrorCode.|").includes("preconditionFailed"));
  assert(offeredAt("function help(who: Node) { who.|").includes("send"));
});

Deno.test("a handler's arguments, a message's fields and replies complete as described", () => {
  assertEquals(offeredAt("node.on(Kafka.send, ({ |"), ["key", "msg"]);
  assertEquals(offeredAt("node.on(Kafka.send, async ({ key, m|"), ["key", "msg"]);
  assertEquals(offeredAt("node.on(Kafka.send, (request) => { f(request.|"), ["key", "msg"]);
  const envelope = ["id", "src", "dest", "body"];
  assertEquals(offeredAt("node.on(Kafka.send, ({ key }, { |"), envelope);
  assertEquals(offeredAt("node.on(Kafka.send, ({ key }, message) => { message.|"), envelope);
  assertEquals(offeredAt("node.on(Kafka.send, ({ message }) => { message.|"), []);
  const own = 'const tell = oneWay("tell", { value: integer, at: string });';
  assertEquals(offeredAt(`${own} node.send(peer, tell, { |`), ["value", "at"]);
  assertEquals(offeredAt(`${own} node.on(tell, ({ |`), ["value", "at"]);
  assertEquals(offeredAt('node.on(Kafka.send, ({ key }) => { return { type: "|'), ["send_ok"]);
  assertEquals(offeredAt("node.on(Kafka.send, () => { return { |"), ['type: "send_ok"', "offset"]);
  assertEquals(offeredAt("node.on(Kafka.send, () => ({ type: x, |"), ['type: "send_ok"', "offset"]);
  assertEquals(offeredAt("await node.rpc(peer, tell, { value }, { |"), ["timeoutMs", "signal"]);
  assert(offeredAt("node.journal({ name: f({}), |").includes("snapshot"));
  assertEquals(offeredAt("node.on(Kafka.send, () => { valu|").includes("offset"), false);
  assertEquals(offeredAt('node.send(peer, pick("("), { |'), []);
});

Deno.test("the call that is being written is known by its signature, a function's body is none of it", () => {
  const callAt = (program: string) => {
    const known = new Scope(reference, program).callAt(program);
    return known && print(known).replace(/\(.*/s, "");
  };
  assertEquals(callAt("node.send(peer, tell, { value: f(1) "), "node.send");
  assertEquals(callAt('const tell = oneWay("tell", {'), "oneWay");
  assertEquals(callAt("const s = new Kv(node, "), "new Kv");
  assertEquals(callAt("node.on(Echo.echo, "), "node.on");
  assertEquals(callAt("node.on(Echo.echo, () => { values.add("), undefined);
  assertEquals(callAt('// (a comment\nnode.send(peer, ":)", '), "node.send");
  assertEquals(callAt("console.log("), undefined);
});

Deno.test("a message that its workload does not have is answered with one that it has", () => {
  const error = "TypeError: node.on: the message must be a description, got undefined";
  const explain = (code: string) => new Scope(reference, code).explain(error) ?? "";
  assertStringIncludes(
    explain("node.on(Broadcast.read, f); node.on(Broadcast.brodcast, f);"),
    "there is no Broadcast.brodcast: did you mean Broadcast.broadcast { message: number }",
  );
  assertStringIncludes(
    explain("node.on(Broadcast.zzz, f);"),
    "there is no Broadcast.zzz: Broadcast has topology",
  );
  assertStringIncludes(explain("node.on(Broadcast.read, f);"), "it takes node.on(");
});

Deno.test("an error about a wrong name is answered with the near one and its signature", () => {
  const scope = new Scope(reference, starterOf("4"));
  const send = "node.send(dest: string, message: OneWay, fields: { fields of message }): void";
  assertEquals(scope.explain("TypeError: node.sent is not a function"), `did you mean ${send}?`);
  assertEquals(
    scope.explain("TypeError: store.cass is not a function"),
    "did you mean store.cas(key: Json, from: T | null, to: T, options?: CasOptions): " +
      "Promise<void>?",
  );
  assertEquals(
    scope.explain("TypeError: node.peers is not a function"),
    "no function: node.peers: readonly string[]",
  );
  assertStringIncludes(scope.explain("node.emit is not a function") ?? "", "node has ");
  assertEquals(scope.explain("TypeError: values.push is not a function"), undefined);
  assertEquals(
    scope.explain("ReferenceError: oneWay is not defined"),
    'import { oneWay } from "@glomers/maelstrom"',
  );
  assertStringIncludes(
    scope.explain("ReferenceError: oneway is not defined") ?? "",
    "did you mean oneWay(type: string, request: Fields)",
  );
  assertEquals(scope.explain("ReferenceError: velues is not defined"), undefined);
  assertEquals(
    scope.explain("TypeError: node.send: the destination must be a node's id"),
    `it takes ${send}`,
  );
  const update = "TypeError: Kv.update: the change must be a function, got 5";
  assertStringIncludes(
    new Scope(reference, "const kv = new Kv(node, s, integer);").explain(update) ?? "",
    "it takes store.update(key: Json, change:",
  );
});
