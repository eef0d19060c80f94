import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { runDeno, withFolder } from "../../testing/process.ts";
import { isInProgress, PROGRESS_FILE, ProgressFile } from "./progress_file.ts";

Deno.test("a run is in progress until its file is closed", () =>
  withFolder((dir) => {
    assertEquals(isInProgress(dir), false);
    {
      using file = ProgressFile.open(dir);
      file.write("{}");
      file.write("[]");
      assertEquals(isInProgress(dir), true);
      assertEquals(isInProgress(dir), true, "asking does not take the lock");
    }
    assertEquals(isInProgress(dir), false);
    assertEquals(Deno.readTextFileSync(join(dir, PROGRESS_FILE)), "{}\n[]\n");
    return Promise.resolve();
  }));

Deno.test("a run whose process ends without a word is not in progress", () =>
  withFolder(async (dir) => {
    const module = JSON.stringify(new URL("progress_file.ts", import.meta.url).href);
    const script = `
      import { isInProgress, ProgressFile } from ${module};
      ProgressFile.open(${JSON.stringify(dir)});
      console.log(isInProgress(${JSON.stringify(dir)}));
      Deno.kill(Deno.pid, "SIGKILL");
    `;
    await Deno.writeTextFile(join(dir, "run.ts"), script);
    const { out } = await runDeno(["run", "--quiet", "-A", join(dir, "run.ts")], dir);
    assertEquals(out, "true\n");
    assertEquals(isInProgress(dir), false);
  }));
