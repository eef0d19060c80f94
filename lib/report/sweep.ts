/**
 * Reports of simulated runs: of one, or of many.
 *
 * @module
 */
import { pluralize, printable } from "../checkers/format.ts";
import type { ShrunkRun, SimulationReport } from "../simulator/sweep/messages.ts";
import type { Summaries } from "../simulator/sweep/pool.ts";
import { differenceOf } from "../simulator/failure.ts";
import { renderRuns, renderSummary } from "./render.ts";
import type { Limit } from "./limits.ts";
import { summariseCrash, type Summary } from "./summary.ts";
import type { PageOptions } from "./page/page.ts";
import { type Alike, signatureOf, type SweepSum } from "./sweep_sum.ts";
import type { Style } from "./text.ts";

/** What the summary of a simulated run needs beside its result. */
export interface SweepContext {
  readonly limits: readonly Limit[];
  /** The head of the run's page. Absent: none is wanted. */
  readonly head?: Pick<PageOptions, "title" | "about" | "commands">;
}

/** A summary, and the page of its run if one is wanted. */
export interface PagedSummary extends Summary {
  readonly page?: string;
}

export type SimulatedRun = SimulationReport<PagedSummary>;

/** How workers sum up what they simulate. */
export const SUMMARIES: Summaries<PagedSummary> = {
  worker: new URL("./sweep_worker.ts", import.meta.url),
  crashed: ([text = "", ...lastWords]) => summariseCrash({ text, lastWords }),
};

/** One run, and how to see more of it. */
export function renderSimulation(run: SimulatedRun, { title, replay, traced, shrinking, ...look }:
  & Style
  & {
    readonly title: string;
    /** The command that replays it, with an option more. */
    readonly replay: (option: string) => string;
    /** Whether its transcript was asked for, and whether a smaller run was. */
    readonly traced: boolean;
    readonly shrinking: boolean;
  }): string {
  const { seed, summary, shrunk, signature } = run;
  const failed = summary.ending !== "pass";
  const asked = traced || shrinking;
  const lines: string[] = [renderSummary(summary, { ...look, title: `${title}  (seed ${seed})` })];
  if (failed && signature.length > 0) lines.push(`\n    fails by: ${signatureOf(run).join(", ")}`);
  if (shrunk !== undefined) {
    const difference = differenceOf(shrunk, signature);
    lines.push(`    made small: ${shrunkInWords(shrunk)}${difference}`);
  }
  if (shrinking && !isShrinkable(run)) lines.push(`\n    ${whyNotShrunk(run)}`);
  if (failed && !asked) lines.push(`\n    replay: ${replay("--trace")}`);
  if (!asked && isShrinkable(run)) lines.push(`    shrink: ${replay("--shrink")}`);
  return lines.join("\n");
}

function shrunkInWords({ plan, operations, faults, attempts }: ShrunkRun): string {
  const { nodes, timeLimitS, loss, duplication, disk = [] } = plan;
  const chance = loss + duplication > 0 ? " beside lost or repeated messages" : "";
  return [
    pluralize(operations, "operation"),
    pluralize(faults, "fault") + chance,
    pluralize(nodes.length, "node") + (disk.length > 0 ? ` with ${disk.join(", ")} disks` : ""),
    `${timeLimitS} s (${pluralize(attempts, "run")} tried)`,
  ].join(", ");
}

/** Whether a smaller run could show what is wrong. */
function isShrinkable({ signature, summary, crash }: SimulatedRun): boolean {
  return signature.length > 0 && (summary.ending !== "crash" || crash !== undefined);
}

function whyNotShrunk({ seed, summary }: SimulatedRun): string {
  if (summary.ending === "pass") return `seed ${seed} passes: there is nothing to shrink`;
  return summary.ending === "crash"
    ? `seed ${seed} could not be simulated to its end: there is no run to make small`
    : `seed ${seed} fails by its limits only, which a smaller run would not show`;
}

/** The figures of many runs, and how those that failed did. `count` says how many there were. */
export function renderSweep(
  sum: SweepSum<SimulatedRun>,
  { title, count, ...look }: Style & { readonly title: string; readonly count: string },
): string {
  const { failures, byLimits, diverging, warned } = sum.toJSON();
  const lines = [
    count,
    ...failures.map(({ text, isVaried, ...alike }) =>
      countOf(isVaried ? `${text}, and the like` : text, alike)
    ),
    ...(byLimits.count > 0 ? [countOf("by its limits only", byLimits)] : []),
    ...(diverging.count > 0
      ? [countOf("beyond Maelstrom's checks, what nodes hold is wrong", diverging)]
      : []),
    ...(warned === undefined
      ? []
      : [countOf("pass with a warning", warned), `the first of these: ${warned.text}`]),
  ];
  const table = sum.runs === 0 ? [] : [renderRuns(sum, { ...look, title }), ""];
  return [...table, ...lines.map((line) => `    ${printable(line)}`)].join("\n");
}

function countOf(what: string, { count, seeds }: Alike): string {
  const more = count > seeds.length ? ", …" : "";
  return `${what}: ${count} of them, seeds ${seeds.join(", ")}${more}`;
}
