/**
 * The package as others use it: README's own files, in a folder elsewhere.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import config from "../deno.json" with { type: "json" };
import { finish, type Finished, NodeProcess, withFolder } from "../lib/testing/process.ts";
import { blocksOf, USE_IT } from "./testing/readme.ts";
import { fromRoot } from "./testing/scripts.ts";
import { Registry } from "./testing/registry.ts";

const { name, version } = config;

/** Runs Deno in a folder, with these variables. */
function deno(folder: string, args: readonly string[], env: Record<string, string> = {}) {
  return finish(
    new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: folder,
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
  );
}

async function writeNode(folder: string, config: string): Promise<void> {
  const [node = "", test = "", sweep = ""] = blocksOf(USE_IT, "ts");
  await Deno.writeTextFile(join(folder, "deno.json"), config);
  await Deno.writeTextFile(join(folder, "my_node.ts"), node);
  await Deno.writeTextFile(join(folder, "my_node_test.ts"), test);
  await Deno.writeTextFile(join(folder, "sweep.ts"), sweep);
}

/** Runs README's sweep, with the permission that it names. */
async function assertSweeps(
  folder: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<void> {
  const call = ["run", "--quiet", "--no-prompt", "--allow-read", ...args, "sweep.ts"];
  const { out, err } = await deno(folder, call, env);
  assertEquals([out, err], ["20 of 20 runs fail, seed 1 first\n", ""]);
}

/** Holds what `deno test` printed against what README shows. */
function assertAsShown({ code, out, err }: Finished): void {
  assertEquals([code, err.includes("rror: Test failed")], [1, true], err);
  assertStringIncludes(out, "2 passed | 1 failed");
  const [shown = ""] = blocksOf(USE_IT, "text");
  let from = 0;
  for (const line of shown.trim().split("\n")) {
    if (line === "…") continue;
    const at = out.indexOf(line, from);
    assert(at >= 0, `not printed: ${line}\n${out}`);
    from = at;
  }
}

/** The modules that these lead to: imported, or named for a thread or a page. */
function modulesFrom(paths: readonly string[], known = new Set<string>()): ReadonlySet<string> {
  for (const path of paths.filter((path) => !known.has(path))) {
    known.add(path);
    const text = Deno.readTextFileSync(fromRoot(path));
    const named = [...text.matchAll(/"(\.{1,2}\/[\w./]+\.ts)"/g)]
      .map(([, name = ""]) => `./${join(dirname(path), name)}`);
    modulesFrom(named.filter((path) => existsSync(fromRoot(path))), known);
  }
  return known;
}

async function assertServed(folder: string, env: Record<string, string> = {}): Promise<void> {
  await using node = new NodeProcess({
    command: Deno.execPath(),
    args: ["run", "--quiet", "--no-prompt", join(folder, "my_node.ts")],
    env,
    signal: AbortSignal.timeout(60_000),
  });
  await node.init();
  await node.ask({ type: "broadcast", message: 7 });
  assertEquals((await node.ask({ type: "read" })).messages, [7]);
  assertEquals(await node.end(), { rest: [], log: "", code: 0 });
}

/** Installs the command from the registry, and starts a program with it. */
async function assertInstalls(folder: string, env: Record<string, string>): Promise<void> {
  const install = ["install", "--quiet", "--global", "-A", "--name=glomers"];
  const installed = await deno(folder, [...install, `jsr:${name}@${version}/cli`], env);
  assertEquals(installed.code, 0, installed.err);
  const command = new Deno.Command("sh", {
    args: [
      "-c",
      "bin/glomers init deno starter && cd starter && ../bin/glomers sim 1 --time-limit 2",
    ],
    cwd: folder,
    env,
    stdout: "piped",
    stderr: "piped",
  });
  const { out, err } = await finish(command.spawn());
  assertStringIncludes(out, "✓ pass", err);
}

/** What `deno doc --json` says of a symbol. */
interface Documented {
  readonly name: string;
  readonly declarations: readonly {
    readonly kind: string;
    readonly jsDoc?: unknown;
    readonly def?: { readonly methods?: readonly Member[] };
  }[];
}

interface Member {
  readonly name: string;
  readonly kind: string;
}

/** What of a symbol a user calls, and no example shows. Types alone, such as parts of a result, need none. */
function unshown({ name, declarations }: Documented, isValue: boolean): string[] {
  return declarations.flatMap(({ kind, jsDoc, def }) => {
    const examples = (JSON.stringify([jsDoc, def]).match(/```ts.*?```/g) ?? []).join("");
    const isCalled = isValue && (kind === "function" || kind === "class");
    if (!isCalled && examples === "") return [];
    const methods = (def?.methods ?? []).filter(({ name, kind }) =>
      kind === "method" && !name.startsWith("[")
    );
    return [
      ...(examples === "" || examples.includes("```ts ignore") ? [name] : []),
      ...methods.filter((method) => !examples.includes(`.${method.name}(`))
        .map((method) => `${name}.${method.name}`),
    ];
  });
}

Deno.test("whatever a user calls has an example that runs, and so has every entry point", async () => {
  const paths = Object.values(config.exports);
  const { out } = await deno(fromRoot("."), ["doc", "--json", ...paths]);
  const { nodes }: {
    nodes: Record<string, { module_doc: unknown; symbols: Documented[] }>;
  } = JSON.parse(out);
  const missing = Object.entries(nodes).map(async ([path, { module_doc, symbols }]) => {
    const values: Readonly<Record<string, unknown>> = await import(path);
    return [
      ...(JSON.stringify(module_doc ?? "").includes("```ts\\n") ? [] : [path]),
      ...symbols.flatMap((symbol) => unshown(symbol, symbol.name in values)),
    ];
  });
  assertEquals((await Promise.all(missing)).flat(), []);
  assertEquals(Object.keys(nodes).length, paths.length);
});

Deno.test("README's node and its tests run elsewhere, without any permission", () =>
  withFolder(async (folder) => {
    const [config = ""] = blocksOf(USE_IT, "json");
    await writeNode(folder, config.replaceAll("../glomers", fromRoot(".").replace(/\/$/, "")));
    assertAsShown(await deno(folder, ["test", "--no-prompt"]));
    await assertServed(folder);
    await assertSweeps(folder);
  }));

Deno.test({
  name: "what is published can be used from a registry, the command included",
  ignore: Deno.env.get("PACKAGES") !== "all",
  fn: () =>
    withFolder(async (folder) => {
      await using registry = new Registry();
      const env = { JSR_URL: registry.url, DENO_DIR: join(folder, "cache") };
      const publish = ["publish", "--quiet", "--allow-dirty", "--token", "a token"];
      const { code, err: problems } = await deno(fromRoot("."), publish, { JSR_URL: registry.url });
      assertEquals(code, 0, problems);
      for (const path of config.links) await registry.add(fromRoot(path));
      const published = registry.filesOf(name);
      assertEquals(
        published.filter((path) =>
          /_test\.ts$|testdata|_fixture|\/(nodes|results|bench)\//.test(path)
        ),
        [],
      );
      const used = modulesFrom(Object.values(config.exports));
      // (The package for npm has a use for these two.)
      const modules = published.filter((path) => /^\/(?!lib\/(std\/|older_)).*\.ts$/.test(path));
      assertEquals(modules.filter((path) => !used.has(`.${path}`)), [], "modules without a use");
      const imports = { [name]: `jsr:${name}@${version}`, "@std/assert": "jsr:@std/assert@1.0.19" };
      await writeNode(folder, JSON.stringify({ imports }));
      assertAsShown(await deno(folder, ["test", "--no-prompt", "--no-check"], env));
      await assertServed(folder, env);
      const { host } = new URL(registry.url);
      await assertSweeps(folder, [`--allow-import=${host}`], env);
      const workbench = ["run", "-A", "--quiet", `jsr:${name}@${version}/workbench`, "--help"];
      const help = await deno(folder, workbench, env);
      assertStringIncludes(help.out, "workbench test -w WORKLOAD --bin FILE", help.err);
      const command = [`jsr:${name}@${version}/cli`, "sim", "my_node.ts", "-w", "broadcast"];
      const granted = ["--allow-read", "--allow-env", "--quiet"];
      const options = ["--node-count", "1", "--time-limit", "2", "--seeds", "2"];
      const { out, err } = await deno(folder, ["run", ...granted, ...command, ...options], env);
      assertStringIncludes(out, "all of 2 runs pass", err);
      await assertInstalls(folder, { ...env, DENO_INSTALL_ROOT: folder });
    }),
});
