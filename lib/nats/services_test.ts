import { assert, assertEquals, assertRejects } from "@std/assert";
import { retry } from "@std/async";
import { Kvm } from "@nats-io/kv";
import { printJson } from "../history/json.ts";
import { NatsError } from "./server.ts";
import { testWithCluster, testWithServer } from "./server_fixture.ts";
import { startServices } from "./services.ts";
import { connectTest, ServiceClient } from "./system_fixture.ts";

const SYSTEM = { system: "cluster", say: () => {} };
const KEY = ["ü", { "a b": "/.*>" }];

testWithServer("values of any JSON are kept under keys of any JSON", async (server) => {
  await using connection = await connectTest(server);
  await startServices(connection, SYSTEM);
  for (const service of ["lin-kv", "seq-kv"]) {
    const store = new ServiceClient(connection, service);
    const { code } = await store.ask({ type: "read", key: KEY });
    assertEquals(code, 20);
    for (const value of [null, 1.5, "é", [{ b: [], a: false }], 12345678901234567890n]) {
      assertEquals(await store.ask({ type: "write", key: KEY, value }), { type: "write_ok" });
      const read = await store.ask({ type: "read", key: KEY });
      assertEquals(printJson(read.value), printJson(value));
    }
  }
});

testWithServer(
  "a compare-and-set compares values, and creates a key if told to",
  async (server) => {
    await using connection = await connectTest(server);
    await startServices(connection, SYSTEM);
    const store = new ServiceClient(connection, "seq-kv");
    const cas = async (from: unknown, to: unknown, create = false) => {
      const fields = { key: "k", from, to, ...(create && { create_if_not_exists: true }) };
      const { type, code } = await store.ask({ type: "cas", ...fields });
      return code ?? type;
    };
    assertEquals(await cas(0, 1), 20);
    assertEquals(await cas(0, 1, true), "cas_ok");
    assertEquals(await cas(0, 1, true), 22);
    assertEquals(await cas(1, { a: 1, b: 2 }), "cas_ok");
    assertEquals(await cas({ b: 2, a: 1 }, "last"), "cas_ok");
    const lww = new ServiceClient(connection, "lww-kv");
    const create = { type: "cas", key: 1, from: 0, to: 1, create_if_not_exists: true };
    assertEquals((await lww.ask(create)).code, 20, "as in Maelstrom");
  },
);

testWithServer("of compare-and-sets at the same time one succeeds", async (server) => {
  await using connection = await connectTest(server);
  await startServices(connection, SYSTEM);
  const store = new ServiceClient(connection, "lin-kv");
  await store.ask({ type: "write", key: "k", value: "start" });
  const all = Array.from({ length: 20 }, (_, to) => ({ type: "cas", key: "k", from: "start", to }));
  const replies = await Promise.all(all.map((request) => store.ask(request)));
  const winner = replies.findIndex(({ type }) => type === "cas_ok");
  assertEquals(replies.filter(({ code }) => code === 22).length, 19);
  assertEquals((await store.ask({ type: "read", key: "k" })).value, winner);
});

testWithServer(
  "timestamps rise, whoever asks, and over a restart of the server",
  async (server) => {
    await using left = await connectTest(server);
    await using right = await connectTest(server);
    for (const connection of [left, right]) await startServices(connection, SYSTEM);
    const oracle = new ServiceClient(left, "lin-tso");
    const ask = () => oracle.ask({ type: "ts" });
    const draw = async () => Number((await retry(ask, { minTimeout: 100 })).ts);
    assertEquals([await draw(), await draw()], [0, 1]);
    const many = await Promise.all(Array.from({ length: 50 }, draw));
    assertEquals(new Set(many).size, 50);
    await server.stop();
    await server.start();
    assert(await draw() > Math.max(...many));
  },
);

testWithServer("lin-kv is linearizable, served by two processes", async (server) => {
  await using left = await connectTest(server);
  await using right = await connectTest(server);
  for (const connection of [left, right]) await startServices(connection, SYSTEM);
  const store = new ServiceClient(left, "lin-kv");
  const { results } = await store.drive({ workload: "lin-kv", rate: 2_000, timeLimitS: 1 });
  assertEquals(results["valid?"], true, Deno.inspect(results));
});

testWithServer("a bucket that would break a promise is refused", async (server) => {
  await using connection = await connectTest(server);
  const refused = async (options: Parameters<Kvm["create"]>[1]) => {
    const bucket = await new Kvm(connection).create("cluster-lin-kv", options);
    const { message } = await assertRejects(() => startServices(connection, SYSTEM), NatsError);
    await bucket.destroy();
    return message.replace(/^the bucket cluster-lin-kv /, "");
  };
  assertEquals(
    await refused({ allow_direct: true }),
    "has allow_direct: a copy that is behind may answer a read; " +
      "nats stream edit turns it off (--no-allow-direct)",
  );
  const allow_direct = false;
  assertEquals(
    await refused({ allow_direct, ttl: 60_000 }),
    "forgets values after a while (max_age)",
  );
  assertEquals(
    await refused({ allow_direct, storage: "memory" }),
    "is in memory: it would be empty after a restart of the server",
  );
});

testWithCluster("a bucket of several copies is refused", async (server) => {
  await using connection = await connectTest(server);
  const options = { replicas: 3, allow_direct: false };
  const create = () => new Kvm(connection).create("cluster-lin-kv", options);
  await retry(create, { minTimeout: 100, maxTimeout: 100, maxAttempts: 300 }); // a leader comes first
  const { message } = await assertRejects(() => startServices(connection, SYSTEM), NatsError);
  assertEquals(
    message,
    "the bucket cluster-lin-kv has 3 copies, between which compare-and-set is not atomic " +
      "(see services.ts); nats stream edit --replicas 1 leaves one",
  );
});

testWithServer("a full bucket refuses changes, and says why", async (server) => {
  await using connection = await connectTest(server);
  await new Kvm(connection).create("cluster-lin-kv", { allow_direct: false, max_bytes: 2_000 });
  await startServices(connection, SYSTEM);
  const store = new ServiceClient(connection, "lin-kv");
  const value = "x".repeat(1_500);
  assertEquals(await store.ask({ type: "write", key: 1, value }), { type: "write_ok" });
  const { type, code, text } = await store.ask({ type: "write", key: 2, value });
  assertEquals([type, code, text], ["error", 11, "maximum bytes exceeded"]);
  assertEquals((await store.ask({ type: "read", key: 1 })).value, value);
});

testWithServer("a server without JetStream is named", async (server) => {
  await using connection = await connectTest(server);
  const { message } = await assertRejects(() => startServices(connection, SYSTEM), NatsError);
  assert(/ has no JetStream, where values are stored: nats-server -js has it$/.test(message));
}, "accounts { A { users: [{ user: a }] } }\nno_auth_user: a");

const LIMITED = `
  authorization { users: [
    { user: a, password: p, permissions: { subscribe: { deny: "cluster.lww-kv.inbox" } } }
  ] }
  no_auth_user: a
`;

testWithServer("what the credentials do not allow is named", async (server) => {
  await using connection = await connectTest(server);
  const { message } = await assertRejects(() => startServices(connection, SYSTEM), NatsError);
  assertEquals(
    message,
    "cluster.lww-kv.inbox: the credentials do not allow subscription on cluster.lww-kv.inbox",
  );
}, LIMITED);
