/**
 * One call of `glomers test` in a process of its own, which says at its end what it took.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { cpuUsage, resourceUsage } from "node:process";
import { main } from "../../run.ts";

/** What a call took, its nodes apart. */
export interface Took {
  readonly cpuS: number;
  /** Of the nodes that have ended; absent where the system does not say. */
  readonly nodesCpuS?: number;
  /** The most memory that was in use, the nodes' apart. */
  readonly peakBytes: number;
}

const US_PER_S = 1_000_000;
const BYTES_PER_KB = 1_024;
const STAT = "/proc/self/stat";
/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_S = 100;
/** The time of children that have ended, from the third field on: as user, and as system. */
const [CHILDREN_USER, CHILDREN_SYSTEM] = [13, 14];

function readTook(): Took {
  const { user, system } = cpuUsage();
  const took = {
    cpuS: (user + system) / US_PER_S,
    peakBytes: resourceUsage().maxRSS * BYTES_PER_KB,
  };
  if (!existsSync(STAT)) return took;
  const fields = readFileSync(STAT, "utf8").split(") ")[1]?.split(" ") ?? [];
  const ticks = Number(fields[CHILDREN_USER]) + Number(fields[CHILDREN_SYSTEM]);
  return { ...took, nodesCpuS: ticks / TICKS_PER_S };
}

if (import.meta.main) {
  const status = await main(Deno.args);
  console.error(JSON.stringify(readTook()));
  Deno.exit(status);
}
