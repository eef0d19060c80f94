import { assertEquals, assertNotEquals } from "@std/assert";
import { colourClassOf, groupByColour } from "./colours.ts";

Deno.test("a type keeps its colour whatever else a later run shows, and shares it with its answer", () => {
  const whole = ["tell", "read", "read_ok", "broadcast", "broadcast_ok", "exchange"];
  const colours = new Map(whole.map((type) => [type, colourClassOf(type)]));
  assertEquals(colours.get("read"), colours.get("read_ok"));
  assertEquals(new Set(colours.values()).size, 4);
  for (const type of ["broadcast_ok", "tell"]) {
    assertEquals(colourClassOf(type), colours.get(type));
  }
});

Deno.test("once there is no colour any more, types are others; errors and set-up have theirs", () => {
  const names = Array.from({ length: 12 }, (_, i) => `own-${i}`);
  const others = groupByColour(names).find(({ className }) => className === "others");
  assertEquals(others?.name, `${others?.types.length} others`);
  assertNotEquals(others?.types.length, names.length);
  assertEquals(colourClassOf("error 20 key-does-not-exist"), "error");
  assertEquals(colourClassOf("errors"), "others");
  assertEquals(["init", "topology_ok"].map(colourClassOf), ["set-up", "set-up"]);
});
