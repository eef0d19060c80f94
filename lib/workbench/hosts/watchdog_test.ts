import { assertEquals } from "@std/assert";
import { Watchdog } from "./watchdog.ts";

/** A process in a group of its own, which does not mind the end of its input. */
function sleeper(): Deno.ChildProcess {
  return new Deno.Command("sleep", { args: ["1000"], detached: true, stdin: "null" }).spawn();
}

Deno.test("a watchdog that loses its master kills what it was told to watch, and nothing else", async () => {
  const [first, forgotten, last] = [sleeper(), sleeper(), sleeper()];
  const watchdog = new Watchdog();
  for (const { pid } of [first, forgotten, last]) watchdog.watch(pid);
  watchdog.forget(forgotten.pid);
  await watchdog.close();
  assertEquals([(await first.status).signal, (await last.status).signal], ["SIGKILL", "SIGKILL"]);
  forgotten.kill("SIGTERM");
  assertEquals((await forgotten.status).signal, "SIGTERM");
});
