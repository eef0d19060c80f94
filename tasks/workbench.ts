/**
 * `deno task workbench test …`: Maelstrom's command line, without Maelstrom.
 *
 * @module
 */
import { parseTestOptions, UsageError } from "../lib/workbench/command_line.ts";
import { workloads } from "../lib/workbench/workloads/mod.ts";
import { conclude } from "./shared/command_line.ts";
import { runWorkbench } from "./engines/workbench.ts";
import { workloadOptionsHelp } from "./shared/help.ts";
import { interruptible } from "./shared/interrupt.ts";
import { renderSummary } from "../lib/report/render.ts";
import { type Ending, EXIT_STATUS, summariseRun } from "../lib/report/summary.ts";
import { detectStyle } from "../lib/report/text.ts";

/** The last line of Maelstrom's own output, for scripts that look for it. */
const LAST_WORDS: Readonly<Record<Ending, string>> = {
  pass: "Everything looks good!",
  fail: "Analysis invalid!",
  unknown: "Errors occurred during analysis, but no anomalies found.",
  crash: "The run crashed.",
};

/** Runs what the command line says; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const [command, ...others] = argv;
  const asksHelp = argv.slice(0, argv.includes("--") ? argv.indexOf("--") : argv.length)
    .some((word) => word === "--help" || word === "-h");
  if (asksHelp || command === "help") {
    console.log(help());
    return 0;
  }
  if (command !== "test") {
    throw new UsageError(`expected the command "test", got "${command ?? ""}"; --help tells more`);
  }
  return await interruptible(async (signal) => {
    for (let run = 1;; run++) {
      const test = parseTestOptions(others); // each run with a seed of its own, unless one is given
      const ended = await runWorkbench(test, { quiet: false, signal });
      const summary = summariseRun(ended);
      const title = ended.workload.name;
      console.log(renderSummary(summary, { ...detectStyle(), title }));
      console.log(
        `\n    files: ${ended.dir}   seed: ${test.run.seed}\n\n${LAST_WORDS[summary.ending]}`,
      );
      if (summary.ending !== "pass" || run >= test.testCount) return EXIT_STATUS[summary.ending];
    }
  });
}

function help(): string {
  const names = [...workloads.values()].map(({ name, description }) =>
    `  ${name.padEnd(18)} ${description}`
  );
  return [
    "deno task workbench test -w WORKLOAD --bin FILE [options] [-- arguments for the node]",
    "",
    "Runs FILE as the nodes of a distributed system and checks what clients see, as Maelstrom does.",
    "Exit status: 0 valid, 1 invalid, 2 unknown, 254 wrong arguments, 255 crash.",
    "",
    workloadOptionsHelp("processes"),
    "",
    "Workloads:",
    ...names,
  ].join("\n");
}

if (import.meta.main) await conclude("workbench", () => main(Deno.args));
