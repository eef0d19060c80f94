import { assertEquals, assertThrows } from "@std/assert";
import { fill } from "./template.ts";

const FIGURES = new Map([["3d maelstrom messages", "2.15"], ["scoreboard", "| table |"]]);

Deno.test("figures take their places, also where a name is broken into lines", () => {
  assertEquals(
    fill("{{3d maelstrom\nmessages}} messages.\n\n{{scoreboard}}\n", FIGURES),
    "2.15 messages.\n\n| table |\n",
  );
});

Deno.test("a figure that no data hold is an error, which names one that is meant", () => {
  assertThrows(
    () => fill("{{3d maelstrm messages}}", FIGURES),
    Error,
    'no data hold the figure "3d maelstrm messages"; is "3d maelstrom messages" meant?',
  );
});
