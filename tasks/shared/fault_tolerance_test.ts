import { assertEquals } from "@std/assert";
import { dropExempt } from "./fault_tolerance.ts";

Deno.test("faults that a challenge cannot survive are left out of its options, the others stay", () => {
  const given = { rate: 5, faults: ["kill", "partition"], loss: 0.1, duplication: 0.1 } as const;
  const { options, dropped, why } = dropExempt("3b", given) ?? {};
  assertEquals(options, { ...given, faults: ["kill"], loss: 0 });
  assertEquals(dropped, ["partition", "loss"]);
  assertEquals(why?.slice(0, 29), "3b sends each value once, so ");
});

Deno.test("options stay as they are where a challenge survives them", () => {
  assertEquals(dropExempt("3b", { faults: ["kill"] }), undefined);
  assertEquals(dropExempt("3c", { faults: ["partition"], loss: 0.1 }), undefined);
});

Deno.test("what is spared leaves the challenge's own faults alone", () => {
  assertEquals(dropExempt("lin-kv-proxy", { duplication: 0.1 })?.options, { duplication: 0 });
});
