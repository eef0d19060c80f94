/**
 * Deletes runs, and chooses those that are old.
 *
 * A run in progress stays, and so does whatever is no run. Nothing outside the folder of runs is
 * touched: a folder that a link leads to is not one of them.
 *
 * @module
 */
import { existsSync, lstatSync, readdirSync, realpathSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Catalogue, Entry } from "./catalogue.ts";

/** Why a run may not be deleted; nothing if it may. */
export function deletionProblem({ state }: Entry): string | undefined {
  if (state === "running") return "it is in progress";
  return state === "foreign" ? "it is no run" : undefined;
}

/**
 * The runs that go when only so many of the latest stay. The run that `current` or `latest` names
 * stays in any case.
 *
 * @param entries The latest first.
 */
export function chooseOld(root: string, entries: readonly Entry[], keep: number): Entry[] {
  const named = ["current", "latest"].flatMap((link) => realPathOf(join(root, link)) ?? []);
  return entries
    .filter(({ state }) => state !== "foreign")
    .slice(keep)
    .filter((entry) =>
      deletionProblem(entry) === undefined && !named.includes(realPathOf(entry.dir) ?? "")
    );
}

/** Deletes a run; returns why it did not, if so. */
export function deleteRun(catalogue: Catalogue, id: string): string | undefined {
  const entry = catalogue.find(id); // as it is now
  if (entry === undefined) return "it is not there";
  const problem = deletionProblem(entry);
  if (problem !== undefined) return problem;
  rmSync(entry.dir, { recursive: true });
  const group = dirname(entry.dir);
  for (const folder of [group, dirname(group)]) removeDeadLinks(folder);
  if (readdirSync(group).length === 0) rmdirSync(group);
  return undefined;
}

/** Removes links to runs that are gone. */
function removeDeadLinks(folder: string): void {
  for (const name of ["current", "latest"]) {
    const link = join(folder, name);
    const isLink = lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    if (isLink && !existsSync(link)) rmSync(link);
  }
}

function realPathOf(path: string): string | undefined {
  return existsSync(path) ? realpathSync(path) : undefined;
}
