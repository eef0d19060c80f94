import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { withFolder } from "../../testing/process.ts";
import { CONDUCT_FILE, printConduct, readConduct } from "./conduct_file.ts";
import { UnreadableRun } from "./reader.ts";

Deno.test("what an engine knows of a run is read back as it was, final states with it", () =>
  withFolder((folder) => {
    assertEquals(readConduct(folder), undefined);
    const told = {
      problems: [{ node: "n1", timeNs: 5, text: "wrote <a line>", isUnread: true }],
      loggedErrors: [{ node: "n0", text: "Error: no", count: 2 }],
      cut: new Map([["tell", 3]]),
      asked: 12.5,
      noise: { cores: 2, load: 1.5 },
      crash: { text: "n1 ended.", lastWords: ["help"], node: "n1" },
    };
    Deno.writeTextFileSync(join(folder, CONDUCT_FILE), printConduct(told));
    assertEquals(readConduct(folder), told);
    Deno.writeTextFileSync(join(folder, "final-states.edn"), "{:lost [7]}");
    assertEquals(readConduct(folder), { ...told, finalStates: { lost: [7] } });
    for (const text of ["{", "[]", '{"problems": 7}', '{"problems": [], "cut": {}}']) {
      Deno.writeTextFileSync(join(folder, CONDUCT_FILE), text);
      assertThrows(() => readConduct(folder), UnreadableRun, CONDUCT_FILE);
    }
  }));
