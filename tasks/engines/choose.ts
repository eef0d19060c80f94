/**
 * Which engine runs a challenge.
 *
 * @module
 */
import { parseTestOptions, UsageError } from "../../lib/workbench/command_line.ts";
import type { Challenge } from "../shared/challenges.ts";
import type { EngineRun, Reporting } from "./engine.ts";
import { findMaelstrom, runMaelstrom } from "./maelstrom.ts";
import { runWorkbench } from "./workbench.ts";

const ENGINES = ["maelstrom", "workbench"] as const;

/** What `--engine` takes. */
export type EngineName = typeof ENGINES[number];

/** Runs a challenge's node once, with some of Maelstrom's options. */
export type RunOnce = (
  challenge: Challenge,
  argv: readonly string[],
  reporting: Reporting,
) => Promise<EngineRun>;

/** An engine that is there. */
export interface ChosenEngine {
  readonly name: EngineName;
  readonly runOnce: RunOnce;
  /** What was chosen and how to choose otherwise, for a person. */
  readonly note: string;
}

/**
 * The engine of that name, if one is given.
 *
 * @param others What else the option may say.
 * @throws {UsageError} if there is none of that name.
 */
export function engineNamed(
  text: string | undefined,
  others: readonly string[] = [],
): EngineName | undefined {
  if (text === undefined) return undefined;
  const engine = ENGINES.find((one) => one === text);
  if (engine !== undefined) return engine;
  const hint = text === "simulator" ? "; deno task sim runs a challenge in the simulator" : "";
  throw new UsageError(
    `--engine must be one of ${[...ENGINES, ...others].join(", ")}, got "${text}"${hint}`,
  );
}

/**
 * The engine that was asked for; else Maelstrom where it is installed, else the workbench.
 *
 * @throws {UsageError} if it is not there.
 */
export async function chooseEngine(wanted: EngineName | undefined): Promise<ChosenEngine> {
  const workbench: RunOnce = ({ node }, argv, reporting) =>
    runWorkbench(parseTestOptions(["--bin", node, ...argv]), reporting);
  if (wanted === "workbench") {
    return { runOnce: workbench, name: "workbench", note: "Engine: the embedded workbench." };
  }
  const found = await findMaelstrom();
  if ("missing" in found) {
    if (wanted === "maelstrom") throw new UsageError(`--engine maelstrom: ${found.missing}`);
    return {
      runOnce: workbench,
      name: "workbench",
      note: `Engine: the embedded workbench; ${found.missing}.`,
    };
  }
  const runOnce: RunOnce = ({ node }, argv, reporting) => {
    if (argv.some((word) => /^--seed(=|$)/.test(word))) {
      throw new UsageError("--seed: Maelstrom draws without a seed; add --engine workbench");
    }
    return runMaelstrom(
      found.launcher,
      parseTestOptions(["--bin", node, ...argv]),
      argv,
      reporting,
    );
  };
  const note = `Engine: Maelstrom (${found.launcher}); --engine workbench for the embedded one.`;
  return { runOnce, name: "maelstrom", note };
}
