/**
 * Classes of cycles of dependencies.
 *
 * If T1 must come before T2, T2 before T3 and T3 before T1, no order explains what was observed. The
 * relations around the cycle say which promise it breaks, after Adya's "Weak Consistency" (1999):
 * only write–write is a G0, with write–read a G1c, with a single read–write a G-single, with several
 * that are never adjacent a G-nonadjacent (a long fork), with any others a G2 (write skew); "item" says
 * that no predicate was involved. A cycle that also needs the order within a process, or real
 * time, carries that as a suffix.
 *
 * @module
 */
import { PROCESS, REALTIME, type Relations, RW, WR, WW } from "./graph.ts";
import type { Anomaly } from "./models.ts";

/** What a class requires of the relations around a cycle. */
export interface CycleClass {
  readonly type: Anomaly;
  /** Relations that may occur any number of times. */
  readonly free: Relations;
  /** How read–write edges occur: never, once, two or more but never adjacent, or any number. */
  readonly readWrite: "never" | "once" | "apart" | "often";
  /** Relations each of which must occur. */
  readonly needs: Relations;
}

/** A cycle: its path ends where it begins, and has one relation between each vertex and the next. */
export interface Cycle {
  readonly path: readonly number[];
  readonly relations: readonly Relations[];
  readonly type: Anomaly;
}

const BASE: readonly CycleClass[] = [
  { type: "G0", free: WW, readWrite: "never", needs: 0 },
  { type: "G1c", free: WW | WR, readWrite: "never", needs: WR },
  { type: "G-single-item", free: WW | WR, readWrite: "once", needs: 0 },
  { type: "G-nonadjacent-item", free: WW | WR, readWrite: "apart", needs: 0 },
  { type: "G2-item", free: WW | WR, readWrite: "often", needs: 0 },
];

function variant(base: CycleClass, suffix: string, relation: Relations): CycleClass {
  const { type, free, needs } = base;
  return { ...base, type: `${type}${suffix}`, free: free | relation, needs: needs | relation };
}

const BY_TYPE: ReadonlyMap<Anomaly, CycleClass> = new Map(
  BASE.flatMap((base) => [
    base,
    variant(base, "-process", PROCESS),
    variant(base, "-realtime", REALTIME),
  ]).map((cycleClass) => [cycleClass.type, cycleClass]),
);

/** The classes in the order of Elle's search: those that imply others, or are worse, come first. */
export const CLASSES: readonly CycleClass[] = [
  "G-single-item",
  "G0",
  "G-nonadjacent-item",
  "G-single-item-process",
  "G1c",
  "G-nonadjacent-item-process",
  "G-single-item-realtime",
  "G2-item",
  "G-nonadjacent-item-realtime",
  "G0-process",
  "G1c-process",
  "G2-item-process",
  "G0-realtime",
  "G1c-realtime",
  "G2-item-realtime",
].flatMap((type) => BY_TYPE.get(type) ?? []);

/** Returns every relation that a class can use. */
export function usableRelations({ free, readWrite }: CycleClass): Relations {
  return readWrite === "never" ? free : free | RW;
}

/** Returns the class of a cycle with these relations around it. */
export function classify(relations: readonly Relations[]): Anomaly {
  const has = (relation: Relations) => relations.includes(relation);
  const readWrites = relations.filter((relation) => relation === RW).length;
  const adjacent = relations.some((r, i) => r === RW && relations.at(i - 1) === RW);
  const base = readWrites === 1
    ? "G-single-item"
    : readWrites > 1
    ? (adjacent ? "G2-item" : "G-nonadjacent-item")
    : has(WR)
    ? "G1c"
    : "G0";
  return `${base}${has(REALTIME) ? "-realtime" : has(PROCESS) ? "-process" : ""}`;
}

/** Returns whether a closed path visits no vertex twice. */
export function isSimple(path: readonly number[]): boolean {
  return new Set(path).size === path.length - 1;
}
