/**
 * Files that are named on the command line, which the process may not have the permission to write.
 *
 * @module
 */
import { UsageError } from "../../lib/workbench/option.ts";
import { isProjectFolder } from "./invocation.ts";

/** Whether a file may be written. */
export function mayWrite(path: string): boolean {
  return Deno.permissions.querySync({ name: "write", path }).state === "granted";
}

/**
 * Finds out that a file may not be written before anything runs.
 *
 * @param option What named it, such as `--sum`.
 * @throws {UsageError} if so.
 */
export function requireWritable(option: string, path: string): void {
  if (mayWrite(path)) return;
  const below = isProjectFolder() ? "; tasks write below results/ only" : "";
  throw new UsageError(`${option} ${path}: no permission to write there${below}`);
}
