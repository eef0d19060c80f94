import { assertEquals, assertRejects } from "@std/assert";
import { json, rpc } from "../rpc.ts";
import { scenario } from "../testing/mod.ts";
import { loadPerIncarnation } from "./program.ts";
import { RealInputOutput } from "./virtual_globals.ts";

const ask = rpc("ask", {}, { value: json });

const RPC = new URL("../rpc.ts", import.meta.url).href;

/** Does something with a folder that holds modules, the program `main.ts` among them. */
async function withModules<T>(
  modules: Readonly<Record<string, string>>,
  work: (main: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(modules)) {
      await Deno.writeTextFile(`${folder}/${name}`, text.replaceAll("FOLDER", `file://${folder}`));
    }
    return await work(`file://${folder}/main.ts`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A program that answers with the value of an expression. */
const answering = (expression: string, imports = "") => `
import { json, rpc } from "${RPC}";
${imports}
const ask = rpc("ask", {}, { value: json });
export default (node) => node.on(ask, async () => ({ type: "ask_ok", value: ${expression} }));
`;

Deno.test("an import that no simulation can own is refused, however a program writes it", async () => {
  const program = "export default () => console.log(used);";
  const sources: [string, string][] = [
    ["timers/promises", `import { setTimeout as used } from "timers/promises"; ${program}`],
    ["crypto", `import used from "crypto"; ${program}`],
    ["node:process", `import { pid as used } from "node:process"; ${program}`],
    ["node:fs", `export { readFileSync } from "node:fs"; const used = 1; ${program}`],
    ["node:module", `import { createRequire as used } from "node:module"; ${program}`],
    ["node:os", `const a = "/*"; import used from "node:os"; const b = "*/"; ${program}`],
    ["node:http", `const name = "http"; const used = await import("node:" + name); ${program}`],
    ["node:net", `const used = await (0, eval)('import("node:net")'); ${program}`],
    ["node:tls", `let used; try { used = await import("node:tls"); } catch {} ${program}`],
    ["node:tty", `import used from 'data:text/javascript,export * from "node:tty"'; ${program}`],
    ["node:dns", `import used from "FOLDER/resolver.ts"; ${program}`],
  ];
  for (const [name, source] of sources) {
    const modules = { "main.ts": source, "resolver.ts": 'export { default } from "node:dns";' };
    const complaint = `imports ${name}, which a simulation cannot own`;
    await withModules(
      modules,
      (main) => assertRejects(() => loadPerIncarnation(main).load(), Error, complaint),
    );
  }
});

Deno.test("comments and strings are no imports, and modules that only compute are allowed", async () => {
  const source = answering(
    "join('a', 'b')",
    `// import "node:crypto";
    const text = 'import "node:crypto"';
    import { join } from "node:path";`,
  );
  const value = await withModules({ "main.ts": source }, async (main) => {
    let value;
    await scenario(loadPerIncarnation(main), {}, async (world) => {
      ({ value } = await world.ask("n0", ask, {}));
    });
    return value;
  });
  assertEquals(value, "a/b");
});

Deno.test("each incarnation has fresh instances of the modules that its program imports", async () => {
  const modules = {
    "main.ts": answering("next()", 'import { next } from "./state.ts";'),
    "state.ts": `
      const loaded = Date.now() + Math.random();
      const { now } = Date; // kept: it still has to follow virtual time
      let count = 0;
      export const next = () => [++count, loaded, now()];`,
  };
  const answers = await withModules(modules, async (main) => {
    const tell = async () => {
      const values: unknown[][] = [];
      await scenario(loadPerIncarnation(main), { nodes: 2 }, async (world) => {
        for (const node of ["n0", "n1", "n0"]) {
          const { value } = await world.ask(node, ask, {});
          if (Array.isArray(value)) values.push(value);
        }
      });
      return values;
    };
    return [await tell(), await tell()];
  });
  assertEquals(answers[0]?.map(([count]) => count), [1, 1, 2]);
  assertEquals(answers[0], answers[1]);
});

Deno.test("an import that a program does not wait for is there when its node starts", async () => {
  const modules = {
    "main.ts": answering(
      "late",
      'let late; import("./late.ts").then((late_) => late = late_.text);',
    ),
    "late.ts": `
      const { promise, resolve } = Promise.withResolvers();
      new Response("text").blob().then(resolve);
      await promise;
      export const text = "loaded";`,
  };
  await withModules(modules, (main) =>
    scenario(loadPerIncarnation(main), {}, async (world) => {
      assertEquals((await world.ask("n0", ask, {})).value, "loaded");
    }));
});

Deno.test("what a node imports after its start ends the run, even if it catches the error", async () => {
  const source = answering('await import("node:" + "path").catch(() => null)');
  await withModules({ "main.ts": source }, (main) =>
    assertRejects(
      () =>
        scenario(loadPerIncarnation(main), {}, async (world) => {
          await world.ask("n0", ask, {});
          await world.pass(1);
        }),
      RealInputOutput,
      "imported node:path after its start",
    ));
});
