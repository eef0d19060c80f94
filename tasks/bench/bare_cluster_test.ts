import { assert, assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { LinKv, RpcError } from "../../lib/mod.ts";
import { BareCluster } from "./bare_cluster.ts";
import { measureMemory, PROGRAM } from "./nodes/metered.ts";

const METERED = {
  args: [
    "run",
    "--quiet",
    "--no-check",
    "--v8-flags=--expose-gc",
    "--allow-read",
    "--allow-env",
    fileURLToPath(new URL("nodes/metered.ts", import.meta.url)),
  ],
  env: { [PROGRAM]: new URL("../../nodes/lin_kv_proxy.ts", import.meta.url).href },
};

Deno.test("clients reach nodes, nodes reach services, and errors come back", async () => {
  await using cluster = await BareCluster.start(METERED, ["n0", "n1"]);
  await cluster.call("c1", "n0", LinKv.write, { key: 1, value: "é" });
  assertEquals((await cluster.call("c2", "n1", LinKv.read, { key: 1 })).value, "é");
  const { code } = await assertRejects(
    () => cluster.call("c1", "n1", LinKv.read, { key: 2 }),
    RpcError,
  );
  assertEquals(code, 20);
  const { heapBytes, rssBytes } = await cluster.call("c0", "n0", measureMemory, {});
  assert(0 < heapBytes && heapBytes < rssBytes, `${heapBytes} of ${rssBytes}`);
});
