import { assertEquals } from "@std/assert";
import { printEdn } from "../history/edn.ts";
import { checkNet } from "./net.ts";

const TRAFFIC = { clients: { sent: 1, received: 1 }, servers: { sent: 2, received: 1 } };

Deno.test("messages are reported as Maelstrom reports them", () => {
  assertEquals(
    printEdn(checkNet(TRAFFIC, 3)),
    "{:all {:send-count 3, :recv-count 2, :msg-count 3, :msgs-per-op 1.0}, " +
      ":clients {:send-count 1, :recv-count 1, :msg-count 1}, " +
      ":servers {:send-count 2, :recv-count 1, :msg-count 2, :msgs-per-op 0.6666667}, " +
      ":valid? true}",
  );
});

Deno.test("without an operation there are no messages per operation", () => {
  assertEquals(Object.keys(checkNet(TRAFFIC, 0)), ["all", "clients", "servers", "valid?"]);
  assertEquals(printEdn(checkNet(TRAFFIC, 0)).includes("per-op"), false);
});
