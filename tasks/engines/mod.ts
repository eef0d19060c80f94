/**
 * Which engine runs a plan. Only that one is loaded.
 *
 * @module
 */
import { statSync } from "node:fs";
import { extname, isAbsolute } from "node:path";
import {
  type EngineName,
  type Options,
  scopeProblem,
  UsageError,
  type Values,
} from "../../lib/workbench/option.ts";
import { engineProblem, type PlanOptions } from "../../lib/workbench/plan.ts";
import type { Server } from "../../lib/nats/server.ts";
import type { Engine } from "./engine.ts";

/**
 * The engine that was asked for; else Maelstrom where it is installed, else the workbench. With a
 * server, the workbench, whose nodes its agents run.
 *
 * @throws {UsageError} if it is not there.
 */
export async function chooseEngine(
  wanted: EngineName | undefined,
  server?: Server,
): Promise<Engine> {
  if (server !== undefined) return await workbenchOn(server, wanted);
  if (wanted === "workbench") {
    const { runWorkbench } = await import("./workbench.ts");
    return { name: wanted, note: "Engine: the embedded workbench.", run: runWorkbench };
  }
  if (wanted === "simulator") {
    const { runSimulator } = await import("./simulator.ts");
    return { name: wanted, note: "Engine: the simulator, in virtual time.", run: runSimulator };
  }
  const { findMaelstrom, runMaelstrom } = await import("./maelstrom.ts");
  const found = await findMaelstrom();
  if ("missing" in found) {
    if (wanted === "maelstrom") throw new UsageError(`--engine maelstrom: ${found.missing}`);
    if (found.isNamed) {
      throw new UsageError(`${found.missing}; unset it, or say --engine workbench`);
    }
    const { runWorkbench } = await import("./workbench.ts");
    const note = `Engine: the embedded workbench; ${found.missing}.`;
    return { name: "workbench", note, run: runWorkbench };
  }
  const { launcher } = found;
  return {
    name: "maelstrom",
    note: `Engine: Maelstrom (${launcher}); --engine workbench for the embedded one.`,
    run: (plan, limits, reporting) => runMaelstrom(launcher, plan, { limits, ...reporting }),
  };
}

async function workbenchOn(server: Server, wanted: EngineName = "workbench"): Promise<Engine> {
  const problem = scopeProblem("--on", wanted, ["workbench"]);
  if (problem !== undefined) throw new UsageError(problem);
  const { runWorkbench } = await import("./workbench.ts");
  return {
    name: "workbench",
    note: `Engine: the embedded workbench, with nodes on the agents of ${server.address}.`,
    run: (plan, limits, reporting) => runWorkbench(plan, limits, { ...reporting, server }),
  };
}

/**
 * Options that an engine can carry out, as they are.
 *
 * @throws {UsageError} if it can not.
 */
export function requireSupport(options: PlanOptions, { name }: Pick<Engine, "name">): PlanOptions {
  const problem = engineProblem(options, name) ?? programProblem(options.program, name);
  if (problem !== undefined) throw new UsageError(problem);
  return options;
}

/**
 * Checks that an engine knows what to do with a task's own options.
 *
 * @throws {UsageError} if it does not.
 */
export function requireOwnSupport<O extends Options>(
  { name: engine }: Pick<Engine, "name">,
  own: Values<O>,
  options: O,
): void {
  for (const [name, { engines, default: standard = false }] of Object.entries(options)) {
    const problem = scopeProblem(`--${name}`, engine, engines);
    const value = own[name];
    const isGiven = value !== undefined && value !== standard;
    if (isGiven && problem !== undefined) throw new UsageError(problem);
  }
}

/** Why a file is no program for the simulator, if its name tells. */
function languageProblem(program: string): string | undefined {
  if (/^$|^\.[cm]?[jt]s$/.test(extname(program))) return undefined;
  return `${program} is neither TypeScript nor JavaScript, and the simulator runs programs as ` +
    "functions; the workbench runs any executable";
}

function programProblem(program: string | undefined, engine: EngineName): string | undefined {
  if (program === undefined) return "--bin is missing: the node's executable";
  const stats = statSync(program, { throwIfNoEntry: false });
  if (stats === undefined) {
    const where = isAbsolute(program) ? "" : ` in ${Deno.cwd()}`;
    return `--bin: there is no file ${program}${where}`;
  }
  if (engine === "simulator") return languageProblem(program); // it says what else it cannot load
  if (!stats.isFile()) return `--bin: ${program} is no file`;
  const isExecutable = (stats.mode & 0o111) !== 0;
  return isExecutable ? undefined : `--bin: ${program} is not executable; chmod +x makes it so`;
}
