import { assertEquals, assertRejects } from "@std/assert";
import { loadPerIncarnation, loadProgram } from "./program.ts";
import { scenario } from "../testing/mod.ts";
import { count } from "./testdata/counts_requests.ts";

const at = (file: string) => new URL(`testdata/${file}`, import.meta.url).href;

Deno.test("each incarnation has a module instance of its own, which draws as the seed says", async () => {
  const replies = async (seed: number) => {
    const seen: { asked: number; draw: number }[] = [];
    await scenario(
      loadPerIncarnation(at("counts_requests.ts")),
      { nodes: 2, seed },
      async (world) => {
        for (const node of ["n0", "n1", "n0"]) seen.push(await world.ask(node, count, {}));
        world.kill("n0");
        world.restart("n0");
        await world.pass(1);
        seen.push(await world.ask("n0", count, {}));
      },
    );
    return seen;
  };
  const seen = await replies(1);
  assertEquals(seen.map(({ asked }) => asked), [1, 1, 2, 1]);
  assertEquals(new Set(seen.map(({ draw }) => draw)).size, 3);
  assertEquals((await replies(1)).map(({ draw }) => draw), seen.map(({ draw }) => draw));
});

Deno.test("an import of a real clock is found, also in a module that the program imports", async () => {
  await loadProgram(at("counts_requests.ts"));
  for (const file of ["imports_timers.ts", "imports_it_indirectly.ts"]) {
    await assertRejects(
      () => loadPerIncarnation(at(file)).load(),
      Error,
      "imports_timers.ts imports node:timers,",
    );
  }
});

Deno.test("a module that does not finish loading is given up and named", async () => {
  const url = at("waits_at_top_level.ts");
  const complaint = "waits_at_top_level.ts did not load in 0.05 s: does it wait at its top level?";
  await assertRejects(() => loadProgram(url, { timeoutMs: 50 }), Error, complaint);
  await loadProgram(url); // it does finish
});
