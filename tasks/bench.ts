/**
 * `deno task bench [NAME …] [--rounds N] [--large] [--size N] [--case NAME] [--keep] [--json]`:
 * measures, and compares with what bounds it.
 *
 * @module
 */
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { kindProblem, oneOf, type Options, UsageError, whole } from "../lib/workbench/option.ts";
import { BENCHES, keepStandings } from "./bench/benches.ts";
import { compare, table } from "./bench/compare.ts";
import { benchCheckers } from "./bench/checkers.ts";
import { CASES } from "./bench/checkers/cases.ts";
import { benchMemory } from "./bench/memory.ts";
import { benchSweeps } from "./bench/sweeps.ts";
import { CHALLENGES } from "./shared/challenges.ts";
import { benchWorkbench } from "./bench/workbench.ts";
import { conclude, readArguments } from "./shared/command_line.ts";
import { writeResults } from "./shared/result_pages.ts";
import { stampNow } from "./shared/stamp.ts";

/** The bench of the checkers, which has a table of its own. */
const CHECKERS = "checkers";
/** The bench of sweeps over NATS, which has tables of its own, too. It needs nats-server. */
const SWEEPS = "sweeps";
/** The bench of the workbench itself, which also has tables of its own. */
const WORKBENCH = "workbench";
/** The bench of nodes' memory, likewise. */
const MEMORY = "memory";

const NAMES = [...BENCHES.map(({ name }) => name), CHECKERS, SWEEPS, WORKBENCH, MEMORY];

const COMMAND = {
  own: {
    rounds: {
      kind: whole(1),
      value: "N",
      help: "rounds of each, but of checkers and memory; default the bench's own",
    },
    json: { help: "the figures as JSON" },
    large: { help: "checkers on a million operations, too" },
    size: { kind: whole(1), value: "N", help: "checkers on N operations alone, memory after N" },
    case: {
      kind: oneOf([...CASES.map(({ name }) => name), ...CHALLENGES.map(({ id }) => id)]),
      value: "NAME",
      help: "checkers on one case alone, memory of one challenge",
    },
    keep: {
      help: "the figures also in results/",
    },
  } satisfies Options,
  words: Infinity,
} as const;

async function main(argv: readonly string[]): Promise<number> {
  const { own: { rounds, json, large, size, keep, case: only }, words: names, help } =
    readArguments(
      argv,
      COMMAND,
    );
  if (help) {
    console.log(helpText());
    return 0;
  }
  for (const name of names) {
    const problem = kindProblem(oneOf(NAMES), name);
    if (problem !== undefined) throw new UsageError(`a bench ${problem}`);
  }
  const isChosen = (name: string) => names.length === 0 || names.includes(name);
  const isOf = (all: readonly string[]) => only === undefined || all.includes(only);
  const checksCases = isChosen(CHECKERS) && isOf(CASES.map(({ name }) => name));
  const measuresNodes = isChosen(MEMORY) && isOf(CHALLENGES.map(({ id }) => id));
  if (only !== undefined && !checksCases && !measuresNodes) {
    throw new UsageError(`--case ${only}: none of these benches has it`);
  }
  const results: Record<string, unknown> = {};
  for (const bench of BENCHES.filter(({ name }) => isChosen(name))) {
    const stamp = await stampNow();
    const standings = await compare(bench, rounds);
    const kept = { ...stamp, unit: bench.unit, rounds: rounds ?? bench.rounds, standings };
    results[bench.name] = kept;
    if (keep) keepStandings(bench.name, kept);
    if (!json) console.log(`${table(bench, standings)}\n`);
  }
  const report = json ? () => {} : console.log;
  if (checksCases) {
    results[CHECKERS] = { rows: await benchCheckers({ large, size, only, keep, report }) };
  }
  if (isChosen(SWEEPS)) {
    results[SWEEPS] = await benchSweeps({ rounds, keep, report });
  }
  if (isChosen(WORKBENCH)) {
    results[WORKBENCH] = await benchWorkbench({ rounds, keep, report });
  }
  if (measuresNodes) {
    results[MEMORY] = await benchMemory({ size, only, keep, report });
  }
  if (keep) writeResults();
  if (json) console.log(JSON.stringify(results, null, 2));
  return 0;
}

function helpText(): string {
  return [
    "deno task bench [NAME …] [options]",
    "",
    "Measures nodes, the simulator, the workbench and the checkers beside what bounds them. NAME is",
    "one of these; all of them without a name:",
    "",
    `  ${NAMES.join(", ")}`,
    "",
    optionsHelp(COMMAND),
  ].join("\n");
}

if (import.meta.main) await conclude("deno task bench", () => main(Deno.args));
