import {
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { pathToFileURL } from "node:url";
import { SUMMARIES } from "../report/sweep.ts";
import { SimulationWorker } from "../simulator/sweep/pool.ts";
import { withFolder } from "../testing/process.ts";
import { UsageError } from "../workbench/option.ts";
import { planOf } from "../workbench/plan.ts";
import { hashProgram, readProgram } from "./program.ts";
import { summariesOf } from "./shipped.ts";

const LIB = new URL("../mod.ts", import.meta.url).href;

/** A program in three files, which counts at its top level and throws late. */
const FILES = {
  "node.ts": `
import { Echo, Node } from "${LIB}";
import { say } from "./lib/say.ts";
import config from "./config.json" with { type: "json" };

enum Start {
  Zero,
}

let incarnations: number = Start.Zero;

export default function echo(node: Node): void {
  const text = say(incarnations++) + " " + config.word;
  setTimeout(() => {
    throw new Error(text);
  }, 100);
  node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
}
`,
  "lib/say.ts": "export const say = (n: number): string => (n === 0 ? 'first' : 'later');\n",
  "config.json": `{ "word": "hello" }\n`,
};

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  await Deno.mkdir(`${folder}/lib`, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  return pathToFileURL(`${folder}/node.ts`).href;
}

const plan = planOf({ workload: "echo", nodeCount: 2, timeLimitS: 5, rate: 10 });

Deno.test("a program's text alone gives the same run, to the byte, without any permission", () =>
  withFolder(async (folder) => {
    const module = await write(folder, FILES);
    const program = await readProgram(module);
    assertEquals(program.modules.length, 3);
    using here = new SimulationWorker(SUMMARIES);
    using elsewhere = new SimulationWorker(summariesOf(program));
    for (const fresh of [false, true]) {
      const job = { plan, module, fresh, context: { limits: [] } };
      const known = JSON.stringify(await here.simulate(job));
      assertMatch(
        known,
        fresh
          ? /2 errors, the first: uncaught: Error: first hello \(at \S*node\.ts:15/
          : /later hello/,
      );
      await Deno.rename(`${folder}/node.ts`, `${folder}/moved.ts`);
      assertEquals(JSON.stringify(await elsewhere.simulate(job)), known);
      await Deno.rename(`${folder}/moved.ts`, `${folder}/node.ts`);
    }
  }));

Deno.test("a program's hash is that of all its modules, wherever they are", () =>
  withFolder((one) =>
    withFolder(async (other) => {
      const hashIn = async (folder: string, files: Readonly<Record<string, string>>) =>
        await hashProgram(await readProgram(await write(folder, files)));
      const hash = await hashIn(one, FILES);
      assertEquals(await hashIn(other, FILES), hash);
      for (const name of ["lib/say.ts", "config.json"] as const) {
        const changed = { ...FILES, [name]: FILES[name].replace(/hello|first/, "other") };
        assertNotEquals(await hashIn(other, changed), hash, name);
      }
    })
  ));

Deno.test("what other machines cannot be given is refused by name", () =>
  withFolder(async (folder) => {
    const program = "export default () => {};";
    for (
      const [text, why] of [
        [`import "./lib/old.cjs";\n${program}`, /imports \.\/lib\/old\.cjs, .* CommonJS module/],
        [`import "data:text/javascript,1";\n${program}`, /imports data:.* it is not a file/],
        [`import "node:fs";\n${program}`, /imports node:fs, which a simulation cannot own/],
        ["export const program = 1;", /must export the program, a function, as its default/],
      ] as const
    ) {
      const module = await write(folder, { "node.ts": text, "lib/old.cjs": "exports.a = 1;" });
      const { message } = await assertRejects(() => readProgram(module), UsageError);
      assertMatch(message, why);
    }
  }));

/** A program that tries to read a file as it is loaded, and later throws what it has read. */
const curious = (text: string) => `
import { Echo } from "shared";

let found = "nothing";
try {
  ({ default: found } = await ${text});
} catch {
  // it cannot
}

export default function echo(node) {
  node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
  setTimeout(() => {
    throw new Error("it has read " + found);
  }, 100);
}
`;

Deno.test("a program from elsewhere reaches no file, whatever it or its sender tries", () =>
  withFolder(async (folder) => {
    const url = pathToFileURL(`${folder}/node.ts`).href;
    const secret = pathToFileURL(`${folder}/secret.js`).href;
    await Deno.writeTextFile(`${folder}/secret.js`, `export default "a secret";`);
    for (
      const [text, to = ""] of [
        [`import("${secret}", { with: { type: "text" } })`],
        [`eval('import("${secret}", { with: { type: "text" } })')`],
        [`new Function('return import("${secret}", { with: { type: "text" } })')()`],
        [`import("${secret}")`],
        [`import("it")`, secret],
        [`import("it", { with: { type: "text" } })`, secret],
        [`import("it", { with: { type: "text" } })`, `engine:../../../..${folder}/secret.js`],
        [`({ default: Deno.readTextFileSync("${folder}/secret.js") })`],
      ] as const
    ) {
      const imports = [["shared", "engine:mod.ts"], ["it", to]] as const;
      using worker = new SimulationWorker(summariesOf({
        entry: url,
        modules: [{ url, text: curious(text) }],
        imports: imports.map(([specifier, to]) => ({ from: url, specifier, to })),
      }));
      const report = JSON.stringify(
        await worker.simulate({ plan, module: url, context: { limits: [] } }),
      );
      assertStringIncludes(report, "it has read nothing");
    }
  }));
