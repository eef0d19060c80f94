/**
 * What disks do to nodes. When its node is killed, a disk always loses what was not synced; these
 * come on top. Only the simulator has disks that can be told to.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { drawMinority, type Strikes } from "./kinds.ts";

/** A way in which disks are worse than perfect. */
export type DiskTrouble = "slow" | "torn" | "failing" | "full";

export const DISK_TROUBLES: readonly DiskTrouble[] = ["slow", "torn", "failing", "full"];

/** How disks behave all the time. */
export interface DiskOptions {
  /** Mean time of a sync; single ones are exponentially distributed. Default 0. */
  readonly syncMs?: number;
  /** Whether a kill leaves a part of what was not synced. Default: nothing of it. */
  readonly torn?: boolean;
}

/** Each trouble: how it makes disks behave all the time, or how it strikes, as faults do. */
const TROUBLES: Readonly<Record<DiskTrouble, DiskOptions | Strikes>> = {
  slow: { syncMs: 10 },
  torn: { torn: true },
  failing: {
    draw: (nodes, random) => [failSync(nodes, random), failSync(nodes, random)],
  },
  full: {
    draw(all, random) {
      const nodes = drawMinority(all, random);
      return [{ f: "fill-disk", nodes }, { f: "free-disk", nodes }];
    },
  },
};

function failSync(nodes: readonly string[], random: Random) {
  return { f: "fail-sync", nodes: drawMinority(nodes, random) } as const;
}

/** How troubles make disks behave all the time. */
export function diskOptionsOf(troubles: readonly DiskTrouble[]): DiskOptions {
  return Object.assign({}, ...troubles.map((one) => TROUBLES[one]).filter(isLasting));
}

/** The troubles that come and go, by their names. */
export function strikesOf(troubles: readonly DiskTrouble[]) {
  return troubles.flatMap((name) => {
    const trouble = TROUBLES[name];
    return isLasting(trouble) ? [] : [{ name, kind: trouble }];
  });
}

/** The troubles that last all the time: those that a plan names even where its faults are listed. */
export function lasting(troubles: readonly DiskTrouble[]): readonly DiskTrouble[] {
  return troubles.filter((one) => isLasting(TROUBLES[one]));
}

function isLasting(trouble: DiskOptions | Strikes): trouble is DiskOptions {
  return !("draw" in trouble);
}
