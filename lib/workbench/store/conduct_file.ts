/**
 * What an engine knows of a run beyond its history and results, in the run's folder: what nodes did
 * wrong, how it crashed, how busy the machine was. With it, a stored run is told as on its day.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type EdnObject, isEdnObject, parseEdn } from "../../history/edn.ts";
import { reasonOf } from "../../message.ts";
import type { RunResult } from "../result.ts";
import { UnreadableRun } from "./reader.ts";

/** Its name in the run's folder. */
export const CONDUCT_FILE = "conduct.json";

type Told = "problems" | "loggedErrors" | "cut" | "syncs" | "asked" | "noise" | "crash";

export function printConduct(run: Pick<RunResult, Told>): string {
  const { problems, loggedErrors, cut, syncs, asked, noise, crash } = run;
  const told = { problems, loggedErrors, cut: cut && [...cut], syncs, asked, noise, crash };
  return `${JSON.stringify(told, null, 2)}\n`;
}

/**
 * Reads it, and the final states beside it; `undefined` where an engine left none.
 *
 * @throws {UnreadableRun} if a file holds anything else.
 */
export function readConduct(
  dir: string,
): Pick<RunResult, Told | "finalStates"> | undefined {
  const file = join(dir, CONDUCT_FILE);
  if (!existsSync(file)) return undefined;
  const finalStates = readFinalStates(dir);
  const stored: unknown = parsed(file, JSON.parse);
  if (!isStored(stored)) throw new UnreadableRun(`${file}: expected what nodes did in a run`);
  const { cut, ...rest } = stored;
  return { ...rest, ...(cut && { cut: new Map(cut) }), ...(finalStates && { finalStates }) };
}

type Stored = Omit<Pick<RunResult, Told>, "cut"> & {
  readonly cut?: readonly (readonly [type: string, count: number])[];
};

/** Only `printConduct` writes the file: its outline is enough to tell it from another. */
function isStored(value: unknown): value is Stored {
  return typeof value === "object" && value !== null && "problems" in value &&
    Array.isArray(value.problems) && (!("cut" in value) || Array.isArray(value.cut));
}

function readFinalStates(dir: string): EdnObject | undefined {
  const file = join(dir, "final-states.edn");
  if (!existsSync(file)) return undefined;
  const states = parsed(file, parseEdn);
  if (isEdnObject(states)) return states;
  throw new UnreadableRun(`${file}: expected a map`);
}

function parsed<T>(file: string, parse: (text: string) => T): T {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UnreadableRun(`${file}: ${reasonOf(error)}`);
  }
}
