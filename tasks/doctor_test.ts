import { assertEquals, assertMatch } from "@std/assert";
import { runDeno, withFolder } from "../lib/testing/process.ts";
import { fromRoot } from "./testing/scripts.ts";

/** What the doctor says of this machine, under these permissions. */
function doctor(folder: string, ...permissions: string[]) {
  return runDeno([
    "run",
    "--quiet",
    "--no-prompt",
    ...permissions,
    fromRoot("tasks/cli.ts"),
    "doctor",
  ], folder);
}

Deno.test("the doctor finds Deno and what it may use, and writes nothing", () =>
  withFolder(async (folder) => {
    const { code, out, err } = await doctor(folder, "--allow-all");
    assertEquals([code, err], [0, ""]);
    assertMatch(out, new RegExp(`^✓ Deno +${RegExp.escape(Deno.version.deno)} on `));
    assertMatch(out, /^✓ run +may be used/m);
    assertMatch(out, /^. machine +\d+ cores?, a load of [\d.]+/m);
    assertMatch(out, /^✓ ports +this machine's own can be listened on$/m);
    assertMatch(out, /^. (Maelstrom|java|gnuplot) /m);
    assertEquals([...Deno.readDirSync(folder)], []);
  }));

Deno.test("what is not granted is named, with the flag that grants it", () =>
  withFolder(async (folder) => {
    const { code, out, err } = await doctor(folder, "--allow-read");
    assertEquals([code, err], [0, ""]);
    assertMatch(out, /^– run +not granted, [^;]*; --allow-run grants it$/m);
    assertMatch(out, /^– write +not granted/m);
    assertMatch(out, /^✓ machine +\d+ cores?$/m);
  }));
