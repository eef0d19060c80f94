import { assertEquals } from "@std/assert";
import { join } from "node:path/posix";
import { readModule } from "./testing/modules.ts";
import { fromRoot } from "./testing/scripts.ts";
import { findBreaches } from "./testing/tidy.ts";

/** The paths of all modules in a folder, from the project's. */
function listModules(folder: string): string[] {
  return [...Deno.readDirSync(fromRoot(folder))].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return listModules(path);
    return name.endsWith(".ts") ? [path] : [];
  });
}

/** The breaches among modules that are given as their source texts. */
function breachesOf(sources: Readonly<Record<string, string>>): string[] {
  return findBreaches(Object.entries(sources).map(([path, text]) => readModule(path, text)));
}

Deno.test("the project keeps its shape", () => {
  const paths = ["lib", "nodes", "tasks"].flatMap(listModules);
  const modules = paths.map((path) => readModule(path, Deno.readTextFileSync(fromRoot(path))));
  assertEquals(findBreaches(modules), []);
});

Deno.test("an import goes down, never up or across", () => {
  const breaches = breachesOf({
    "lib/rpc.ts": `import "./history/edn.ts";`,
    "lib/checkers/echo.ts": `import "../rpc.ts";\nimport "../history/edn.ts";`,
    "lib/algorithms/log.ts": `import type {} from "../workbench/run.ts";`,
    "lib/workbench/run.ts": `import { simulate } from "../simulator/simulate.ts";`,
    "lib/simulator/mod.ts": `export { print } from "../report/print.ts";`,
    "lib/report/text.ts": `const tasks = await import("../../tasks/run.ts");`,
    "lib/report/text_test.ts": `import "../../nodes/1_echo.ts";\nimport "../../tasks/run.ts";`,
    "nodes/1_echo.ts": `import "../lib/mod.ts";\nimport "../lib/workbench/run.ts";`,
    "tasks/bench.ts": `import "../lib/report/text.ts";\nimport "@std/assert";`,
  });
  assertEquals(breaches, [
    "lib/rpc.ts:1: lib imports lib/history/edn.ts, which is not below it",
    "lib/checkers/echo.ts:1: lib/checkers imports lib/rpc.ts, which is not below it",
    "lib/algorithms/log.ts:1: lib/algorithms imports lib/workbench/run.ts, which is not below it",
    "lib/workbench/run.ts:1: lib/workbench imports lib/simulator/simulate.ts, which is not below it",
    "lib/simulator/mod.ts:1: lib/simulator imports lib/report/print.ts, which is not below it",
    "lib/report/text.ts:1: lib/report imports tasks/run.ts, which is not below it",
    "lib/report/text_test.ts:2: lib/report imports tasks/run.ts, which is not below it",
    "nodes/1_echo.ts:2: nodes imports lib/workbench/run.ts, which is not below it",
  ]);
});

Deno.test("imports run in no circle, those of types included", () => {
  const breaches = breachesOf({
    "lib/a.ts": `import "./b.ts";\nimport "./d.ts";`,
    "lib/b.ts": `import type { C } from "./c.ts";\nimport "./d.ts";`,
    "lib/c.ts": `import "./b.ts";\nexport type C = 1;`,
    "lib/d.ts": "",
  });
  assertEquals(breaches, [
    "lib/c.ts: closes a circle of imports: lib/b.ts → lib/c.ts → lib/b.ts",
  ]);
});

Deno.test("every export has an importer that is no test", () => {
  const breaches = breachesOf({
    "lib/mod.ts": `export * from "./a.ts";\nexport { b as bee } from "./b.ts";`,
    "lib/a.ts": "export const a = 1;",
    "lib/b.ts":
      "export const b = 1;\nexport function unused(): void {}\nexport { late };\nexport { x as default };",
    "lib/algorithms/all.ts":
      `export * from "./log.ts";\nexport { Heap as Queue } from "./heap.ts";`,
    "lib/algorithms/log.ts":
      "export class Log {}\nexport class Entry {}\nexport type Offset = number;",
    "lib/algorithms/heap.ts": "export class Heap {}",
    "lib/algorithms/log_test.ts": `import { Entry, Offset } from "./log.ts";`,
    "lib/algorithms/use.ts": `import { type Log, Queue } from "./all.ts";\nimport "../b.ts";`,
    "nodes/1_echo.ts": "export default function echo(): void {}",
    "nodes/testing/story.ts": "export interface Story {}\nexport interface Untold {}",
    "nodes/1_echo_test.ts": `import type { Story } from "./testing/story.ts";`,
    "tasks/run.ts": "export function main(): void {}",
  });
  assertEquals(breaches, [
    "lib/b.ts:2: exports unused, which nobody imports",
    "lib/b.ts:3: exports late, which nobody imports",
    "lib/algorithms/log.ts:2: exports Entry, which only tests import",
    "nodes/testing/story.ts:2: exports Untold, which nobody imports",
  ]);
});

Deno.test("a function fits on a screen", () => {
  const lines = (count: number) => "\n".repeat(count - 1);
  const breaches = breachesOf({
    "lib/a.ts": `function a() {${lines(70)}}\nfunction b() {${lines(71)}}`,
    "lib/b.ts": `class B {\n  b() {${lines(71)}}\n}\nconst c = () => {${lines(99)}};`,
  });
  assertEquals(breaches, [
    "lib/a.ts:71: a function of 71 lines",
    "lib/b.ts:2: a function of 71 lines",
    "lib/b.ts:74: a function of 99 lines",
  ]);
});

Deno.test("what runs in a browser as well uses no platform's own functions", () => {
  const source = `import { join } from "node:path";\njoin(Deno.cwd());`;
  const breaches = breachesOf({
    "lib/checkers/echo.ts": source,
    "lib/simulator/simulate.ts": `// Deno owns no simulation.\nconst text = "Deno.cwd";`,
    "lib/simulator/sweep/pool.ts": "const { exit } = Deno;",
    "lib/simulator/platform.ts": source,
    "lib/history/edn_test.ts": source,
    "lib/workbench/hosts/process.ts": source,
  });
  assertEquals(breaches, [
    "lib/checkers/echo.ts:1: uses node:path, which not all platforms have",
    "lib/checkers/echo.ts:2: uses Deno, which not all platforms have",
    "lib/simulator/sweep/pool.ts:1: uses Deno, which not all platforms have",
  ]);
});

Deno.test("nanoseconds are counted in named units", () => {
  const breaches = breachesOf({
    "lib/history/operations.ts": "const NS_PER_MS = 1_000_000;",
    "lib/a.ts": "const MAX_SEEDS = 1_000_000;\nwait(timeMs * 1e6);\nwait(time / 1_000_000_000);",
    "lib/b.ts": "const op = { timeNs: 5_000_000 };\nconst second = 1e9;\nconst NS_PER_S = 1e9;",
  });
  assertEquals(breaches, [
    "lib/a.ts:2: writes 1000000 where NS_PER_MS or NS_PER_S belongs",
    "lib/a.ts:3: writes 1000000000 where NS_PER_MS or NS_PER_S belongs",
    "lib/b.ts:1: writes 5000000 where NS_PER_MS or NS_PER_S belongs",
    "lib/b.ts:3: writes 1000000000 where NS_PER_MS or NS_PER_S belongs",
  ]);
});
