import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { nkeys } from "@nats-io/transport-node";
import { withFolder } from "../testing/process.ts";
import { UsageError } from "../workbench/option.ts";
import { connectTo, explain, insist } from "./connection.ts";
import { NatsError, type Server, serverOf } from "./server.ts";
import { testWithServer } from "./server_fixture.ts";

const silent = { name: "a test", say: () => {} };

function at(on: string, files: Record<string, string> = {}) {
  const none = { creds: undefined, tlsca: undefined, tlscert: undefined, tlskey: undefined };
  const server = serverOf({ ...none, ...files, on });
  assert(server !== undefined);
  return server;
}

async function echoes(server: Server): Promise<string> {
  await using connection = await connectTo(server, silent);
  const subscription = connection.subscribe("echo", { callback: (_, m) => void m.respond(m.data) });
  const reply = await connection.request("echo", "hello");
  subscription.unsubscribe();
  return reply.string();
}

testWithServer("a server is asked and answers", async ({ address }) => {
  assertEquals(await echoes(at(address)), "hello");
});

Deno.test("a server that is not there is named, with what starts one", async () => {
  const error = await assertRejects(
    () => connectTo(at("nats://127.0.0.1:1"), silent),
    NatsError,
  );
  assertEquals(
    error.message,
    "nats://127.0.0.1:1 is not there: nothing listens at that address (nats-server -js starts one)",
  );
});

testWithServer("a lost server is waited for, and subscriptions outlast it", async (server) => {
  const said: string[] = [];
  const lost = Promise.withResolvers<void>();
  const say = (sentence: string) => {
    said.push(sentence);
    lost.resolve();
  };
  await using connection = await connectTo(at(server.address), { ...silent, say });
  connection.subscribe("echo", { callback: (_, m) => void m.respond(m.data) });
  await connection.flush();
  await server.stop();
  await lost.promise;
  const reply = insist(() => connection.request("echo", "still there?", { timeout: 500 }));
  await server.start();
  assertEquals((await reply).string(), "still there?");
  const { address } = server;
  assertEquals(said, [`waits for ${address}, which is gone`, `goes on: ${address} is back`]);
});

const user = nkeys.createUser();
const USERS = `authorization { users: [
  { user: ann, password: "a:secret" },
  { nkey: ${user.getPublicKey()} },
] }`;

testWithServer(
  "credentials come from a file, and wrong ones are told as such",
  ({ address }) =>
    withFolder(async (folder) => {
      const file = `${folder}/creds`;
      const loggedInWith = async (text: string) => {
        await Deno.writeTextFile(file, text);
        return await echoes(at(address, { creds: file }));
      };
      assertEquals(await loggedInWith("ann:a:secret\n"), "hello");
      assertEquals(await loggedInWith(new TextDecoder().decode(user.getSeed())), "hello");
      for (const wrong of [() => loggedInWith("ann:guessed"), () => echoes(at(address))]) {
        const { message } = await assertRejects(wrong, NatsError);
        const why = "does not let us in: the credentials are missing or wrong (--creds FILE)";
        assertEquals(message, `${address} ${why}`);
      }
      const { message } = await assertRejects(() => loggedInWith("hunter2"), UsageError);
      assertStringIncludes(message, `--creds ${file} holds neither`);
      assert(!message.includes("hunter2"));
    }),
  USERS,
);

testWithServer(
  "a connection that is reset while its login is refused is a refusal alone",
  async ({ address }) => {
    for (let i = 0; i < 100; i++) {
      await assertRejects(() => connectTo(at(address), silent), NatsError);
    }
  },
  USERS,
);

const pem = (name: string) => fileURLToPath(new URL(`testdata/${name}`, import.meta.url));
const TLS = `tls {
  cert_file: "${pem("server.pem")}", key_file: "${pem("server.key")}"
  ca_file: "${pem("ca.pem")}", verify: true
}`;

testWithServer(
  "with tls:// the server has to show a certificate, and may ask for one",
  async (server) => {
    const address = server.address.replace("nats:", "tls:");
    const files = { tlscert: pem("client.pem"), tlskey: pem("client.key") };
    assertEquals(await echoes(at(address, { tlsca: pem("ca.pem"), ...files })), "hello");
    const { message } = await assertRejects(() => echoes(at(address, files)), NatsError);
    assertStringIncludes(message, `${address} cannot be used: `);
    const plain = await assertRejects(() => echoes(at(server.address)), NatsError);
    assertEquals(
      plain.message,
      `${server.address} takes encrypted connections alone: tls:// in the place of nats://`,
    );
  },
  TLS,
);

testWithServer("with tls:// nothing is said to a server without it", async (server) => {
  const address = server.address.replace("nats:", "tls:");
  const { message } = await assertRejects(() => echoes(at(address)), NatsError);
  assertStringIncludes(message, `${address} cannot be used: `);
  assertStringIncludes(message, "tls");
});

testWithServer(
  "a message above the server's limit is told as such",
  async (server) => {
    await using connection = await connectTo(at(server.address), silent);
    try {
      connection.publish("big", new Uint8Array(1001));
    } catch (error) {
      const told = explain(error, connection, "the answer");
      assert(told instanceof NatsError);
      assertStringIncludes(
        told.message,
        "the answer exceeds what the server takes in a message, 1000",
      );
      return;
    }
    throw new Error("it was sent");
  },
  "max_payload: 1000",
);

Deno.test("an address holds no secret, and a refused one is not repeated", () => {
  for (const on of ["nats://ann:secret@host", "nats://secret@host"]) {
    try {
      at(on);
    } catch (error) {
      assert(error instanceof UsageError);
      assertStringIncludes(error.message, "--creds");
      assert(!error.message.includes("secret"));
      continue;
    }
    throw new Error(`${on} was taken`);
  }
  assertEquals(at("nats://host"), { address: "nats://host:4222", isEncrypted: false });
  assertEquals(at("tls://[::1]:4333/").address, "tls://[::1]:4333");
});
