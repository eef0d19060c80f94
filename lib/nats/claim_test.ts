import { assert, assertEquals, assertRejects } from "@std/assert";
import { claim, NameTaken } from "./claim.ts";
import { testWithServer } from "./server_fixture.ts";
import { connectTest } from "./system_fixture.ts";

const never = () => {
  throw new Error("nobody older is there");
};

testWithServer("of two that claim a name at once one holds it", async (server) => {
  await using left = await connectTest(server);
  await using right = await connectTest(server);
  const both = [left, right].map((connection) => claim(connection, "name", never));
  const settled = await Promise.allSettled(both);
  const held = settled.filter(({ status }) => status === "fulfilled");
  const refused = settled.flatMap((one) => one.status === "rejected" ? [one.reason] : []);
  assertEquals([held.length, refused.length], [1, 1]);
  assert(refused[0] instanceof NameTaken);
  for (const one of settled) if (one.status === "fulfilled") one.value.release();
});

testWithServer("a name that is held is refused until it is released", async (server) => {
  await using left = await connectTest(server);
  await using right = await connectTest(server);
  const held = await claim(left, "name", never);
  await assertRejects(() => claim(right, "name", never), NameTaken);
  held.release();
  (await claim(right, "name", never)).release();
});

testWithServer(
  "a holder gives way to an older one that could not be heard before",
  async (server) => {
    await using connection = await connectTest(server);
    const { promise: lost, resolve } = Promise.withResolvers<void>();
    await claim(connection, "name", resolve);
    connection.publish("name", JSON.stringify({ holder: "younger", ageMs: 0 }));
    connection.publish("name", JSON.stringify({ holder: "older", ageMs: 60_000 }));
    await lost;
  },
);
