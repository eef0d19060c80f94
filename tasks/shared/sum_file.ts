/**
 * Sums of sweeps as files: of whole ones, and of shards, which `sim merge` puts together.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { reasonOf } from "../../lib/message.ts";
import { engineName } from "../../lib/nats/engine.ts";
import { hashProgram, readProgram } from "../../lib/nats/program.ts";
import type { Limit } from "../../lib/report/limits.ts";
import type { SimulatedRun } from "../../lib/report/sweep.ts";
import { type SumData, SweepSum } from "../../lib/report/sweep_sum.ts";
import { type Kind, UsageError } from "../../lib/workbench/option.ts";
import type { Plan } from "../../lib/workbench/plan.ts";
import { jobOf } from "../engines/simulator.ts";
import type { SweepOptions } from "./seeds.ts";
import { type Call, callFor, type Target, titleOf } from "./target.ts";

const KIND = "sums of a glomers sweep";
const VERSION = 1;

/** One of several parts of a sweep's seeds, in order; the first is 1. */
interface Shard {
  readonly number: number;
  readonly of: number;
}

const SHARD = /^([1-9]\d{0,5})\/([1-9]\d{0,5})$/;

/** A shard as `3/16`. */
export const shard: Kind<Shard> = {
  expected: "a part of a whole, such as 3/16",
  accepts: (value): value is Shard =>
    typeof value === "object" && value !== null && "number" in value && "of" in value &&
    Number(value.number) <= Number(value.of),
  parse: (text) => {
    const [, number, of] = SHARD.exec(text) ?? [];
    return number === undefined ? undefined : { number: Number(number), of: Number(of) };
  },
  schema: { type: "object" },
};

/** The seeds of a shard: as many as those of another, or one more. */
export function seedsOfShard(
  { first, seeds }: Pick<SweepOptions, "first" | "seeds">,
  { number, of }: Shard,
): { first: number; seeds: number } {
  const start = Math.floor(seeds * (number - 1) / of);
  return { first: first + start, seeds: Math.floor(seeds * number / of) - start };
}

/** What was swept: the same in all shards. */
interface SweptPlan {
  readonly engine: string;
  readonly plan: Plan;
  readonly limits: readonly Limit[];
  /** The hash of its text. */
  readonly program: string;
  /** Of the whole sweep. */
  readonly first: number;
  readonly seeds: number;
}

/** The sum of a sweep, or of a shard of it. */
export interface SummedSweep {
  readonly title: string;
  readonly call: Call;
  readonly patienceS?: number;
  readonly swept: SweptPlan;
  readonly sum: SumData<SimulatedRun>;
}

/** A file of sums. */
interface SumFile {
  readonly kind: typeof KIND;
  readonly version: number;
  readonly shard: Shard;
  readonly sweeps: readonly SummedSweep[];
}

/** Says what was swept beside its sum. */
export async function describeSum(
  target: Target,
  { first, seeds, patienceS }: Pick<SweepOptions, "first" | "seeds" | "patienceS">,
  sum: SweepSum<SimulatedRun>,
): Promise<SummedSweep> {
  const { challenge: { limits }, plan } = target;
  const program = await readProgram(jobOf(plan, limits).module);
  return {
    title: titleOf(target),
    call: callFor(target),
    ...(patienceS !== undefined && { patienceS }),
    swept: {
      engine: await engineName(),
      plan: { ...plan, seed: "" },
      limits,
      program: await hashProgram(program),
      first,
      seeds,
    },
    sum: sum.toJSON(),
  };
}

/** Writes a file of sums. */
export function writeSums(path: string, sweeps: readonly SummedSweep[], shard: Shard): void {
  const file: SumFile = { kind: KIND, version: VERSION, shard, sweeps };
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(file)}\n`);
  } catch (error) {
    throw new UsageError(`--sum ${path}: ${reasonOf(error)}`);
  }
}

/**
 * Merges files of all shards of a sweep.
 *
 * @throws {UsageError} if one is missing, there twice, or of another sweep; it names the file.
 */
export function mergeSums(paths: readonly string[]): SummedSweep[] {
  const files = paths.map((path) => ({ path, ...readSums(path) }));
  const [first] = files;
  if (first === undefined) throw new UsageError("files to merge are missing: merge FILE …");
  const byNumber = new Map<number, typeof first>();
  for (const file of files) {
    checkAlike(first, file);
    const { number, of } = file.shard;
    const twin = byNumber.get(number);
    if (twin !== undefined) {
      throw new UsageError(`${twin.path} and ${file.path} are both shard ${number}/${of}`);
    }
    byNumber.set(number, file);
  }
  const { of } = first.shard;
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter((n) => !byNumber.has(n));
  if (missing.length > 0) {
    const names = missing.slice(0, 10).map((number) => `${number}/${of}`).join(", ");
    throw new UsageError(`shards are missing: ${names}${missing.length > 10 ? ", …" : ""}`);
  }
  return first.sweeps.map((sweep, i) => {
    const sum = new SweepSum<SimulatedRun>();
    for (const { sweeps } of byNumber.values()) {
      const data = sweeps[i]?.sum;
      if (data !== undefined) sum.merge(SweepSum.from(data));
    }
    return { ...sweep, sum: sum.toJSON() };
  });
}

function readSums(path: string): SumFile {
  try {
    const file: SumFile = JSON.parse(Deno.readTextFileSync(path));
    if (file.kind === KIND && file.version === VERSION) {
      checkComplete(file);
      return file;
    }
  } catch (error) {
    throw new UsageError(`${path}: ${reasonOf(error)}`);
  }
  throw new UsageError(
    `${path} holds no sums of a sweep: sim … --shard 1/4 --sum FILE writes some`,
  );
}

function checkComplete({ shard, sweeps }: SumFile): void {
  for (const { swept, sum } of sweeps) {
    const [{ seeds }, { runs }] = [seedsOfShard(swept, shard), SweepSum.from(sum)];
    if (seeds !== runs) throw new UsageError(`it has ${runs} of the ${seeds} runs of its shard`);
  }
}

type NamedFile = SumFile & { readonly path: string };

/** @throws {UsageError} if two files are not of the same sweeps. */
function checkAlike(a: NamedFile, b: NamedFile): void {
  const differ = (what: string) =>
    new UsageError(`${a.path} and ${b.path} differ in their ${what}`);
  if (a.shard.of !== b.shard.of) throw differ("number of shards");
  if (a.sweeps.length !== b.sweeps.length) throw differ("number of sweeps");
  a.sweeps.forEach(({ swept }, i) => {
    const other = b.sweeps[i]?.swept;
    for (const [name, value] of Object.entries(swept)) {
      const theirs = Object.entries(other ?? {}).find(([key]) => key === name)?.[1];
      if (JSON.stringify(value) !== JSON.stringify(theirs)) throw differ(name);
    }
  });
}
