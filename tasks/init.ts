/**
 * `glomers init python`: the start of a node in a folder of its own, with a README and a
 * `glomers.json`.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import importMap from "../lib/import_map.json" with { type: "json" };
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { kindProblem, oneOf, UsageError } from "../lib/workbench/option.ts";
import { readArguments } from "./shared/command_line.ts";
import { CONFIG_FILE } from "./shared/config.ts";
import { callOf, GLOMERS } from "./shared/invocation.ts";
import jsonJava from "./templates/Json.java" with { type: "text" };
import mainGo from "./templates/main.go" with { type: "text" };
import goMod from "./templates/go.mod" with { type: "text" };
import mainJava from "./templates/Main.java" with { type: "text" };
import mainMjs from "./templates/main.mjs" with { type: "text" };
import mainPy from "./templates/main.py" with { type: "text" };
import mainRb from "./templates/main.rb" with { type: "text" };
import mainTs from "./templates/main.ts.txt" with { type: "text" };
import readme from "./templates/README.md" with { type: "text" };
import runSh from "./templates/run.sh" with { type: "text" };

interface Starter {
  readonly language: string;
  /** The file to read first. */
  readonly source: string;
  readonly bin: string;
  readonly build?: string;
  readonly files: Readonly<Record<string, string>>;
}

/** A starter that is one script. */
function script(language: string, source: string, text: string): Starter {
  return { language, source, bin: `./${source}`, files: { [source]: text } };
}

const STARTERS: Readonly<Record<string, Starter>> = {
  deno: { ...script("TypeScript, on Deno", "main.ts", mainTs), files: filesForDeno() },
  python: script("Python", "main.py", mainPy),
  go: {
    language: "Go",
    source: "main.go",
    bin: "./node",
    build: "go build -o node .",
    files: { "main.go": mainGo, "go.mod": goMod },
  },
  node: script("JavaScript, on Node.js", "main.mjs", mainMjs),
  java: {
    language: "Java",
    source: "Main.java",
    bin: "./run.sh",
    build: "javac -d classes *.java",
    files: { "Main.java": mainJava, "Json.java": jsonJava, "run.sh": runSh },
  },
  ruby: script("Ruby", "main.rb", mainRb),
};

const LANGUAGES = Object.keys(STARTERS);

const COMMAND = { own: {}, words: 2 } as const;

/** Writes the starter; returns the exit status. */
export function main(argv: readonly string[]): number {
  const { words: [name = "deno", folder = "."], help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(helpText());
    return 0;
  }
  const starter = STARTERS[name];
  if (!Object.hasOwn(STARTERS, name) || starter === undefined) {
    throw new UsageError(`the language ${kindProblem(oneOf(LANGUAGES), name)}`);
  }
  const files = Object.entries(filesOf(starter));
  const inTheWay = files.map(([file]) => join(folder, file)).find((path) => existsSync(path));
  if (inTheWay !== undefined) {
    const elsewhere = callOf("init", name, "FOLDER");
    throw new UsageError(
      `${inTheWay} is there already; nothing is written (${elsewhere} writes into another folder)`,
    );
  }
  Deno.mkdirSync(folder, { recursive: true });
  for (const [file, text] of files) {
    const path = join(folder, file);
    Deno.writeTextFileSync(path, text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
    console.log(path);
  }
  const enter = folder === "." ? "" : `cd ${folder} && `;
  console.log(`\nNext: ${enter}${GLOMERS} test`);
  return 0;
}

function filesOf({ language, source, bin, build, files }: Starter): Record<string, string> {
  return {
    ...files,
    "README.md": readme.replace("{{language}}", language).replace("{{source}}", source)
      .replaceAll("{{glomers}}", GLOMERS),
    [CONFIG_FILE]: printJson({ bin, ...(build !== undefined && { build }), tests: ["1"] }),
  };
}

/**
 * A program finds the node library beside this module, by a configuration, or in the registry that this
 * comes from: named in full there, as an installed command reads no configuration but its own.
 */
function filesForDeno(): Readonly<Record<string, string>> {
  const name = "@glomers/maelstrom";
  const version = /@glomers\/maelstrom\/(\d[^/]*)\//.exec(import.meta.url)?.[1];
  if (version !== undefined) return { "main.ts": mainTs.replace(name, `jsr:${name}@^${version}`) };
  const map = new URL("../lib/import_map.json", import.meta.url);
  const imports = Object.entries(importMap.imports).map(([specifier, target]) => [
    specifier,
    target.startsWith(".") ? new URL(target, map).href : target,
  ]);
  return { "main.ts": mainTs, "deno.json": printJson({ imports: Object.fromEntries(imports) }) };
}

function printJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function helpText(): string {
  return [
    `${callOf("init")} [${LANGUAGES.join("|")}] [FOLDER]`,
    "",
    "Writes the start of a node that passes challenge 1, with a README and a glomers.json, into the",
    "folder, this one unless another is named. Without a language, for Deno. No file is overwritten.",
    "",
    optionsHelp(COMMAND),
  ].join("\n");
}
