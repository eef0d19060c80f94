import { assert, assertEquals } from "@std/assert";
import { LESSONS } from "../../lib/playground/lessons/mod.ts";
import { firstSentence } from "../../lib/playground/reference.ts";
import * as library from "../../lib/mod.ts";
import { readFaults } from "./exercises.ts";
import { makeReference } from "./reference.ts";

const reference = await makeReference();
const entries = reference.flatMap(({ object, entries }) =>
  entries.map((entry) => ({ object, ...entry }))
);

function signatureOf(object: string | undefined, name: string): string | undefined {
  return entries.find((one) => one.object === object && one.name === name)?.signature;
}

Deno.test("the reference tells what a call takes and gives, without what only compilers need", () => {
  const expected = {
    send: "send(dest: string, message: OneWay, fields: { fields of message }): void",
    rpc: "rpc(dest: string, request: Rpc, fields: { fields of request }, options?: RpcOptions): " +
      "Promise<{ reply to request }>",
    on: "on(message: Rpc | OneWay, handler: (fields, envelope: Message) => { reply }): void",
    peers: "peers: readonly string[]",
  };
  for (const [name, signature] of Object.entries(expected)) {
    assertEquals(signatureOf("node", name), signature);
  }
  assertEquals(
    signatureOf("store", "cas"),
    "cas(key: Json, from: T | null, to: T, options?: CasOptions): Promise<void>",
  );
  assertEquals(
    signatureOf("store", "new Kv"),
    "new Kv(node: Node, store: Store, shape: Shape<T>, options?: RpcOptions)",
  );
  assertEquals(
    signatureOf("Kafka", "poll"),
    "poll { offsets: Record<string, number> } → " +
      "poll_ok { msgs: Record<string, [offset: number, msg: number][]> }",
  );
  assertEquals(signatureOf(undefined, "optional"), "optional(shape: Shape<T>): Shape<T>");
  assertEquals(signatureOf("ErrorCode", "preconditionFailed"), "preconditionFailed: 22");
});

Deno.test("whatever the reference tells of has a line that says what it is", () => {
  for (const { name, doc, signature } of entries) {
    assert(/^[A-Z`a-z].*\.$/s.test(firstSentence(doc)), `${name}: ${doc}`);
    assert(!doc.includes("`") && !doc.includes("{@"), doc);
    assert(!/[<{(]\s*$|\bconst\b|@link|=>\s*$/.test(signature), signature);
  }
});

Deno.test("a message's fields in the reference are those that the library checks", () => {
  const messages = entries.filter(({ request }) => request !== undefined);
  assert(messages.length > 20);
  for (const { object = "", name, request = [], reply = [] } of messages) {
    const described = Object(Object(library)[object])[name];
    const names = (fields: typeof request) => fields.map(({ name }) => name.replace("?", ""));
    assertEquals(names(request), Object.keys(described.request), `${object}.${name}`);
    assertEquals(names(reply), Object.keys(described.reply), `${object}.${name}`);
  }
});

Deno.test("the reference has all that starters and faulty programs use", () => {
  const starters = [
    ...Object.values(LESSONS).map(({ starter }) => starter),
    ...readFaults().map(({ starter }) => starter),
  ];
  const topics = new Set(reference.flatMap(({ type, object }) => [type, object]));
  const names = new Set(entries.map(({ object, name }) => object ? `${object}.${name}` : name));
  const known = (name: string) =>
    topics.has(name) || names.has(name) || entries.some((one) => one.name === `new ${name}`);
  for (const starter of starters) {
    const members = starter.match(/\b(?:node|store|kv|journal|raft|message)\.[a-z]\w*/g) ?? [];
    for (const member of members) assert(names.has(member.replace("kv.", "store.")), member);
    for (const [, list = ""] of starter.matchAll(/\{([^}]*)\} from "@glomers/g)) {
      for (const name of list.split(",").map((one) => one.replace(/^\s*type /, "").trim())) {
        assert(name === "" || known(name), `${name} is imported, and not told of`);
      }
    }
  }
});
