/**
 * `glomers workbench test …`: Maelstrom's command line, without Maelstrom.
 *
 * @module
 */
import { type Ending, EXIT_STATUS } from "../lib/report/summary.ts";
import {
  applyGiven,
  DEFAULT_WORKLOAD,
  optionsHelp,
  TEST_OPTIONS,
} from "../lib/workbench/command_line.ts";
import { serverOf } from "../lib/nats/server.ts";
import { UsageError } from "../lib/workbench/option.ts";
import { planOf } from "../lib/workbench/plan.ts";
import { workloads } from "../lib/workbench/workloads/mod.ts";
import { requireSupport } from "./engines/mod.ts";
import { RUNS } from "./engines/engine.ts";
import { runWorkbench } from "./engines/workbench.ts";
import { AGENTS, drawSeed, note, OUT, readArguments, reportingOf } from "./shared/command_line.ts";
import { renderEnded, tellPage } from "./shared/ended.ts";
import { interruptible } from "./shared/interrupt.ts";
import { callOf } from "./shared/invocation.ts";

const COMMAND = {
  own: { ...AGENTS, ...OUT, ...TEST_OPTIONS },
  engine: "workbench",
  run: true,
  words: 1,
  passesWords: true,
  refused: { delivery: "it needs the simulator (the command sim)" },
} as const;

/** Maelstrom's other commands, and what does their work here. */
const ELSEWHERE: Readonly<Record<string, () => string>> = {
  analyze: () => `"analyze" is here: ${callOf("check", `${RUNS}/latest`)}`,
  demo: () => `"demo" is here: ${callOf("test", "all")}`,
  doc: () =>
    '"doc" writes the pages of Maelstrom\'s own guide, which stand at ' +
    "https://github.com/jepsen-io/maelstrom/tree/main/doc",
  serve: () => `"serve" is here: ${callOf("serve")}`,
  "test-all": () => `"test-all" is here: ${callOf("test", "all")}`,
};

/** The last line of Maelstrom's own output, for scripts that look for it. */
const LAST_WORDS: Readonly<Record<Ending, string>> = {
  pass: "Everything looks good!",
  fail: "Analysis invalid!",
  unknown: "Errors occurred during analysis, but no anomalies found.",
  crash: "The run crashed.",
};

/** Runs what the command line says; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const elsewhere = ELSEWHERE[argv[0] ?? ""];
  if (elsewhere !== undefined) throw new UsageError(elsewhere());
  const { own, run, words: [command = ""], help } = readArguments(argv, COMMAND);
  if (help || command === "help") {
    console.log(helpText());
    return 0;
  }
  if (command !== "test") {
    throw new UsageError(`expected the command "test", got "${command}"; --help tells more`);
  }
  const given = applyGiven({ workload: DEFAULT_WORKLOAD }, run, note);
  const options = requireSupport(given, { name: "workbench" });
  planOf(options); // complains before anything starts
  const server = serverOf(own);
  return await interruptible(async (signal) => {
    for (let n = 1;; n++) {
      const plan = planOf({ seed: drawSeed(), ...options });
      const reporting = reportingOf(own, { quiet: false, signal });
      const ended = await runWorkbench(plan, [], { ...reporting, ...(server && { server }) });
      const { ending } = ended.summary;
      const text = renderEnded(ended, { title: plan.workload, plan, engine: "workbench" });
      console.log(text);
      tellPage(ended, console.log);
      console.log(`\n${LAST_WORDS[ending]}`);
      if (ending !== "pass" || n >= own["test-count"]) return EXIT_STATUS[ending];
    }
  });
}

function helpText(): string {
  return [
    `${callOf("workbench", "test")} -w WORKLOAD --bin FILE [options] [[--] arguments for the node]`,
    "",
    "Runs FILE as the nodes of a distributed system and checks what clients see, as Maelstrom does.",
    "Exit status: 0 valid, 1 invalid, 2 unknown, 254 wrong arguments, 255 crash.",
    "",
    optionsHelp(COMMAND),
    "",
    "Workloads:",
    ...[...workloads.values()].map(({ name, description }) =>
      `  ${name.padEnd(18)} ${description}`
    ),
  ].join("\n");
}
