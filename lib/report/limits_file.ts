/**
 * The limits of a run in its folder, beside its plan: a run that is repeated is held against the
 * same, whoever set them.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../message.ts";
import type { Limit } from "./limits.ts";
import { UsageError } from "../workbench/option.ts";

const FILE = "limits.json";

/** Writes them, if there are any. */
export function writeLimits(dir: string, limits: readonly Limit[]): void {
  if (limits.length === 0) return;
  Deno.writeTextFileSync(join(dir, FILE), `${JSON.stringify(limits, null, 2)}\n`);
}

/**
 * The limits that a folder holds; none where there is no file of them.
 *
 * @throws {UsageError} if the file holds anything else.
 */
export function readLimits(dir: string): readonly Limit[] {
  const file = join(dir, FILE);
  if (!existsSync(file)) return [];
  try {
    const limits: unknown = JSON.parse(Deno.readTextFileSync(file));
    if (Array.isArray(limits) && limits.every(isLimit)) return limits;
  } catch (error) {
    throw new UsageError(`${file}: ${reasonOf(error)}`);
  }
  throw new UsageError(`${file}: expected a list of limits, each with name, metric and bounds`);
}

function isLimit(value: unknown): value is Limit {
  if (typeof value !== "object" || value === null) return false;
  const { name, metric, ...bounds }: Partial<Record<string, unknown>> = { ...value };
  return typeof name === "string" && typeof metric === "string" &&
    Object.values(bounds).every((bound) => typeof bound === "number");
}
