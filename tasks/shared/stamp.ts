/**
 * What measured figures are marked with.
 *
 * @module
 */
import { cpus } from "node:os";

/** Where a figure comes from. */
export interface Stamp {
  readonly commit: string;
  readonly date: string;
  /** The cores and their model. */
  readonly machine: string;
  /** How many programs wanted a core before the measurement. */
  readonly load: number;
}

/** The stamp of a measurement that begins now. */
export async function stampNow(): Promise<Stamp> {
  const [load = NaN] = Deno.loadavg();
  return { commit: await commitOf(), date: today(), machine: machineOf(), load };
}

/** Where a figure comes from, in words: `on DATE at commit …`. */
export function describeStamp({ date, commit, machine, load }: Stamp): string {
  return `on ${date} at commit \`${commit}\`, ${machine}, load before ${load.toFixed(1)}`;
}

/** The last commit that changed more than results, marked if such files differ from it. */
export async function commitOf(): Promise<string> {
  const [commit, changes] = await Promise.all([
    git("log", "-1", "--format=%h", ...NO_RESULTS),
    git("status", "--porcelain", ...NO_RESULTS),
  ]);
  return changes === "" ? commit : `${commit}-dirty`;
}

const NO_RESULTS = ["--", ":/", ":!/results"];

async function git(...args: string[]): Promise<string> {
  return new TextDecoder().decode((await new Deno.Command("git", { args }).output()).stdout).trim();
}

/** The date, as 2026-11-28. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function machineOf(): string {
  const all = cpus();
  return `${all.length} cores, ${all[0]?.model ?? Deno.build.arch}`;
}
