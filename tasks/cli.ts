/**
 * `glomers COMMAND …`: tests nodes in any language, from any folder.
 *
 * Each command is a module whose `main` takes the other words, and is loaded when it is called for,
 * so that it needs no more permissions than its own.
 *
 * ```ts
 * import { main } from "@glomers/maelstrom/cli";
 *
 * Deno.exitCode = await main(["check", "--help"]);
 * ```
 *
 * @module
 */
import { nearest, UsageError } from "../lib/workbench/option.ts";
import { conclude, USAGE_STATUS } from "./shared/command_line.ts";
import { callOf, VERSION } from "./shared/invocation.ts";

interface Entry {
  readonly help: string;
  readonly load: () => Promise<{ main(argv: readonly string[]): number | Promise<number> }>;
}

const COMMANDS: ReadonlyMap<string, Entry> = new Map([
  ["test", { help: "run a node under a challenge or a workload", load: () => import("./run.ts") }],
  ["sim", {
    help: "run a TypeScript program in virtual time, from a seed",
    load: () => import("./simulate.ts"),
  }],
  ["worker", {
    help: "simulate what others' sim … --on nats://HOST asks for",
    load: () => import("./worker.ts"),
  }],
  ["check", { help: "judge a stored history again", load: () => import("./check.ts") }],
  ["again", { help: "repeat a stored run", load: () => import("./again.ts") }],
  ["report", { help: "write the page of a stored run", load: () => import("./report.ts") }],
  ["serve", { help: "show runs in a browser, also as they go", load: () => import("./serve.ts") }],
  ["clean", { help: "delete all runs but the latest", load: () => import("./clean.ts") }],
  ["agent", {
    help: "run nodes here for workbenches elsewhere, by way of a NATS server",
    load: () => import("./agent.ts"),
  }],
  ["services", {
    help: "serve key-value stores to nodes that run on a NATS server",
    load: () => import("./services.ts"),
  }],
  ["init", {
    help: "write the start of a node, in six languages",
    load: () => import("./init.ts"),
  }],
  ["doctor", { help: "say what is installed, and what is not", load: () => import("./doctor.ts") }],
  ["schema", {
    help: "print the JSON Schema of glomers.json or of reports",
    load: () => import("./schema.ts"),
  }],
  ["workbench", {
    help: "Maelstrom's own command line: workbench test -w echo --bin FILE",
    load: () => import("./workbench.ts"),
  }],
]);

/**
 * Calls the command that the first word names; resolves to the exit status.
 *
 * @example
 * ```ts
 * import { main } from "@glomers/maelstrom/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["sim", "--help"]), 0);
 * ```
 *
 * @throws {UsageError} if there is no such command, or its words are wrong.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const [name = "", ...rest] = argv;
  if (name === "" || /^(help|-h|--help)$/.test(name)) {
    const [about] = rest;
    if (about !== undefined) return await main([about, "--help"]);
    console.log(HELP);
    return name === "" ? USAGE_STATUS : 0;
  }
  if (/^(version|-V|--version)$/.test(name)) {
    console.log(`glomers ${VERSION} on Deno ${Deno.version.deno}`);
    return 0;
  }
  const command = COMMANDS.get(name);
  if (command === undefined) {
    const names = [...COMMANDS.keys()];
    const meant = nearest(name, names);
    const hint = meant === undefined
      ? `expected one of ${names.join(", ")}`
      : `did you mean ${meant}?`;
    throw new UsageError(`unknown command "${name}"; ${hint}`);
  }
  return await (await command.load()).main(rest);
}

const HELP = [
  "glomers COMMAND [options]",
  "",
  "Runs nodes of distributed systems, in any language, and checks what clients see, as Maelstrom",
  "does.",
  "",
  ...[...COMMANDS].map(([name, { help }]) => `  ${name.padEnd(12)} ${help}`),
  "",
  "glomers COMMAND --help tells more of each; glomers --version says which this is.",
].join("\n");

if (import.meta.main) {
  const [name = "", word = ""] = Deno.args;
  const isChallenge = name === "test" && /^\w/.test(word);
  const call = COMMANDS.has(name) ? callOf(name, ...(isChallenge ? [word] : [])) : "glomers";
  await conclude(call, () => main(Deno.args), Deno.args);
}
