/**
 * How commands are called, so that what they print can be typed in: `glomers sim 3c` anywhere,
 * `deno task sim 3c` in the project's own folder.
 *
 * @module
 */
import { resolve } from "node:path";

/** The package's version; a test holds it against `deno.json`. */
export const VERSION = "0.1.0";

/** The project's folder; none where the command does not come from a file. */
const ROOT = import.meta.dirname && resolve(import.meta.dirname, "../..");

/** Whether the command is called in the folder of this project, where its tasks are. */
export function isProjectFolder(): boolean {
  return Deno.cwd() === ROOT;
}

/** An environment variable; nothing where it may not be read. */
export function environment(variable: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) : undefined;
}

/** How the command is called elsewhere; the package for npm says so, where it is not installed. */
export const GLOMERS: string = environment("GLOMERS_CALL") ?? "glomers";

/** The command line that calls a command. */
export function callOf(command: string, ...words: readonly string[]): string {
  return [...programOf(command, words), ...words].map(quote).join(" ").trimEnd();
}

function programOf(command: string, [first = ""]: readonly string[]): string[] {
  if (!isProjectFolder()) return [...GLOMERS.split(" "), command];
  if (command !== "test") return ["deno", "task", command];
  // There, "test" runs the project's tests, and each challenge is a task.
  return /^\w/.test(first) ? ["deno", "task"] : ["deno", "task", "glomers", command];
}

/** A word as a shell takes it. */
function quote(word: string): string {
  return /^[\w.,:=/@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
