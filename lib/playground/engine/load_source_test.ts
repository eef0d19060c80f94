import { assert, assertEquals, assertRejects } from "@std/assert";
import { simulateOnce } from "../../simulator/simulate_once.ts";
import { watchForFloods } from "./flood.ts";
import { loadSource } from "./load_source.ts";

const ECHO = `#!/usr/bin/env deno
import { Echo, type Node, serve } from "../lib/mod.ts";
interface Unused { readonly a: string }
let count: number = 0;
export default function echo(node: Node): void {
  count++;
  node.on(Echo.echo, ({ echo }) => {
    if (count !== 1) throw new Error("shared");
    return { type: "echo_ok", echo };
  });
}
if (import.meta.main) await serve(echo);
`;

Deno.test("edited code runs, each incarnation with variables of its own", async () => {
  const program = await loadSource(ECHO);
  const { results } = await simulateOnce(program, { workload: "echo", timeLimitS: 2 });
  assertEquals(results?.["valid?"], true);
});

Deno.test("code that keeps large arrays ends its run before they fill the memory", async () => {
  const keeping = (what: string) =>
    ECHO.replace("let count: number = 0;", "let count = 0; const kept: unknown[] = [];")
      .replace("if (count", `kept.push(${what}); if (count`);
  const options = { workload: "echo", nodeCount: 1, timeLimitS: 3, rate: 10 };
  const simulate = async (what: string) =>
    await simulateOnce(await loadSource(keeping(what)), options, watchForFloods());
  for (const what of ["new Array(30_000_000)", "new Uint8Array(300_000_000)"]) {
    await assertRejects(() => simulate(what), Error, "its large arrays hold more than 1,000 MiB");
  }
  const passing = await simulate(
    "[new Array(5), Array(1, 2), new Uint8Array(3) instanceof Uint8Array]",
  );
  assertEquals(passing.results?.["valid?"], true);
});

Deno.test("an error of edited code names its line", async () => {
  const program = await loadSource(ECHO.replace("count !== 1", "true"));
  const lines: string[] = [];
  const log = (_node: string, line: string) => void lines.push(line);
  await simulateOnce(program, { workload: "echo", timeLimitS: 2 }, { log });
  assert(/^ +at \S+:8:\d+$/.test(lines[1] ?? ""), lines.join("\n"));
});

Deno.test("what cannot be run is refused by what is wrong, and where", async () => {
  const cases = {
    "const a = 1;\nconst b = ;": "node.ts:2:11: Unexpected token",
    "let a = 1;\nlet a = 2;": "node.ts: Identifier 'a' has already been declared",
    "export const a = 1;": "node.ts must export the program",
    "await new Promise(() => {});": "node.ts did not load: does it wait at its top level?",
    'import fs from "node:fs";\nfs.existsSync("a");': 'cannot import "node:fs": a browser has no',
    'import { simulate } from "../lib/simulator/mod.ts";\nsimulate();':
      'cannot import "../lib/simulator/mod.ts": what there is: @glomers/maelstrom',
  };
  for (const [code, message] of Object.entries(cases)) {
    await assertRejects(() => loadSource(code), Error, message);
  }
});
