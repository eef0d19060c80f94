/**
 * `deno task pack FILE.tgz`: the package for npm, with types, a command, and JavaScript that runs on
 * Node.js and Bun. Nothing in it depends on JSR, which npm does not reach.
 *
 * `deno pack` does the work, on a copy in which the modules of `@std` are files of the package. The
 * command runs on Deno, which npm has as a package, too.
 *
 * @module
 */
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import standins from "../lib/import_map.json" with { type: "json" };
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { UsageError } from "../lib/workbench/option.ts";
import { conclude, readArguments } from "./shared/command_line.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Modules that nothing imports: a URL names the workers of sweeps, and all entry points begin so. */
const WORKERS = [
  "lib/report/sweep_worker",
  "lib/simulator/sweep/seeds_worker",
  "lib/nats/imports_thread",
  "lib/nats/sweep_thread",
];
const BEGINNING = "lib/older_platforms";
/** Where they are exported, until the package is whole. */
const INTERNAL = "./internal/";
/** Files that name modules in texts. */
const NAMING_MODULES = [
  "lib/link.js",
  "lib/report/sweep.js",
  "lib/simulator/sweep/seeds.js",
  "lib/nats/program.js",
  "lib/nats/shipped.js",
  "lib/import_map.json",
];
const LAUNCHER_FILE = "bin/glomers.js";

const COMMAND = { own: {}, words: 1 } as const;

/** Packs the file that the command line names; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const { words: [file], help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(
      ["deno task pack FILE.tgz", "", "Writes the package for npm.", "", optionsHelp(COMMAND)].join(
        "\n",
      ),
    );
    return 0;
  }
  if (file === undefined) throw new UsageError("the file to write is missing: pack FILE.tgz");
  await pack(resolve(file));
  return 0;
}

/** Writes the package for npm. */
async function pack(file: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "glomers-pack-" });
  try {
    const copy = join(folder, "copy");
    await copySources(copy);
    await run("deno", ["pack", "--quiet", "--allow-dirty", "--output", "../packed.tgz"], copy);
    await run("tar", ["xzf", "packed.tgz"], folder);
    await finish(join(folder, "package"));
    await run("tar", ["czf", file, "package"], folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Copies all that is published, with every `@std` specifier as the path of a file. */
async function copySources(copy: string): Promise<void> {
  for (const path of config.publish.include.flatMap((path) => [...filesIn(path)])) {
    const target = join(copy, path);
    await Deno.mkdir(dirname(target), { recursive: true });
    const text = await Deno.readTextFile(join(ROOT, path));
    await Deno.writeTextFile(target, path.endsWith(".ts") ? withoutStd(path, text) : text);
  }
  const { links: _, tasks: __, imports, ...kept } = config;
  const fromNpm = Object.fromEntries(
    Object.entries(imports).filter(([name]) => /^(deno-std$|@nats-io\/|uplot)/.test(name)),
  );
  const exports = {
    ...config.exports,
    ...Object.fromEntries(
      [...WORKERS, BEGINNING].map((path) => [`${INTERNAL}${path}`, `./${path}.ts`]),
    ),
  };
  await Deno.writeTextFile(
    join(copy, "deno.json"),
    JSON.stringify({ ...kept, exports, imports: fromNpm }),
  );
}

function* filesIn(path: string): Generator<string> {
  if (!Deno.statSync(join(ROOT, path)).isDirectory) return yield path;
  for (const { name } of Deno.readDirSync(join(ROOT, path))) {
    if (!/^testdata$|_test\.ts$|_fixture\.ts$/.test(name)) yield* filesIn(join(path, name));
  }
}

/** Takes `@std` from `lib/std/`; in examples, which are comments, it stays what it is. */
function withoutStd(path: string, text: string): string {
  const files: ReadonlyMap<string, string> = new Map(Object.entries(standins.imports));
  return text.replace(/^(?! \*)(.* from )"(@std\/[^"]+)"/gm, (line, start, name) => {
    const file = files.get(name);
    return file === undefined ? line : `${start}"./${relative(dirname(path), join("lib", file))}"`;
  });
}

/** Adds what `deno pack` does not: a command, what that needs, and modules by their new names. */
async function finish(folder: string): Promise<void> {
  for (const path of unusedIn(folder)) await Deno.remove(path);
  for (const pages of ["lib/report/page", "lib/report/runs"]) {
    await keepPageSources(folder, pages);
  }
  for (const path of NAMING_MODULES) {
    const text = await Deno.readTextFile(join(folder, path));
    await Deno.writeTextFile(join(folder, path), text.replaceAll(/(\.\/[\w/]+)\.ts"/g, '$1.js"'));
  }
  const manifest = join(folder, "package.json");
  const { dependencies, exports, ...packed } = JSON.parse(await Deno.readTextFile(manifest));
  const shown = Object.fromEntries(
    Object.entries(exports).filter(([name]) => !name.startsWith(INTERNAL)),
  );
  for (const path of Object.values(config.exports)) await beginEntryPoint(folder, path);
  const whole = {
    ...packed,
    description: "Write, test and simulate nodes for Maelstrom and Fly.io's Gossip Glomers",
    engines: { node: ">=20.12" },
    bin: { glomers: LAUNCHER_FILE },
    exports: shown,
    dependencies: { ...dependencies, deno: "^2.9.0" },
  };
  await Deno.writeTextFile(manifest, `${JSON.stringify(whole, null, 2)}\n`);
  await Deno.mkdir(join(folder, dirname(LAUNCHER_FILE)));
  await Deno.writeTextFile(join(folder, LAUNCHER_FILE), LAUNCHER, { mode: 0o755 });
}

/** Has an entry point begin with what older platforms lack. */
async function beginEntryPoint(folder: string, path: string): Promise<void> {
  const file = join(folder, path.replace(/\.ts$/, ".js"));
  const beginning = relative(dirname(path), `./${BEGINNING}.js`);
  const specifier = beginning.startsWith(".") ? beginning : `./${beginning}`;
  await Deno.writeTextFile(file, `import "${specifier}";\n${await Deno.readTextFile(file)}`);
}

/** Scripts of pages are made of sources, which `script.ts` imports as text: text files here. */
async function keepPageSources(packed: string, folder: string): Promise<void> {
  const script = join(packed, folder, "script.js");
  const text = await Deno.readTextFile(script);
  const imported = /"(\.\.?\/[\w/]+)\.js"(?= with)/g;
  for (const [, name = ""] of text.matchAll(imported)) {
    const kept = join(packed, folder, `${name}.txt`);
    await Deno.mkdir(dirname(kept), { recursive: true });
    await Deno.copyFile(join(ROOT, folder, `${name}.ts`), kept);
  }
  await Deno.writeTextFile(script, text.replaceAll(imported, '"$1.txt"'));
}

/** The TypeScript that was packed as it stands, because no entry point leads to it. */
function* unusedIn(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* unusedIn(path);
    else if (/(?<!\.d)\.ts$/.test(name)) yield path;
  }
}

const LAUNCHER = `#!/usr/bin/env node
// The command runs on Deno, which is a dependency of this package.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const deno = createRequire(import.meta.url)("deno/install_api.cjs").runInstall();
const granted = ["read", "write", "run", "env", "sys=loadavg", "net"].map((name) => \`--allow-\${name}\`);
const command = fileURLToPath(new URL("../tasks/cli.js", import.meta.url));
// As a user calls it: what npx fetched for this call, it has to be told again.
const manifest = new URL("../../../../package.json", import.meta.url);
const { _npx } = existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")) : {};
const fetched = _npx?.packages[0].replace(/^\\.{1,2}[/\\\\]/, (start) => \`\${resolve(start)}/\`);
const npx = fetched ? \`npx --package=\${fetched} glomers\` : "npx glomers";
const env = {
  ...process.env,
  ...(process.env.npm_command === "exec" && { GLOMERS_CALL: npx }),
  // Nodes that run on Deno find this one, unless there is another.
  PATH: [process.env.PATH, dirname(deno)].join(delimiter),
};
// Its own modules are found beside it wherever it is installed, those of a program that is to be
// simulated by the caller's configuration.
const folders = [process.cwd()];
while (dirname(folders[0]) !== folders[0]) folders.unshift(dirname(folders[0]));
const config = folders.reverse()
  .flatMap((folder) => [join(folder, "deno.json"), join(folder, "deno.jsonc")])
  .find((file) => existsSync(file));
const found = ["--no-lock", "--node-modules-dir=manual", ...(config ? ["--config", config] : [])];
const args = ["run", "--quiet", "--no-prompt", "--unstable-worker-options", ...found, ...granted, command, ...process.argv.slice(2)];
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {}); // Deno has them, too
spawn(deno, args, { stdio: "inherit", env }).on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
});
`;

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  const program = command === "deno" ? Deno.execPath() : command;
  const { success, stderr } = await new Deno.Command(program, { args: [...args], cwd }).output();
  if (success) return;
  throw new UsageError(`${command} ${args[0]} failed:\n${new TextDecoder().decode(stderr)}`);
}

if (import.meta.main) await conclude("pack", () => main(Deno.args));
