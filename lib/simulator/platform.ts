/**
 * What the simulator takes from the platform it runs on, here Deno, and what it denies to programs.
 *
 * Everything else in this folder relies on web globals alone, so that the simulator runs wherever
 * this module has a counterpart.
 *
 * @module
 */
import { format } from "node:util";

/** Formats the arguments of a `console` call, as the console does. */
export const formatLog: (...args: unknown[]) => string = format;

/** Resolves to the source text of the module at a URL. */
export function readSource(url: string): Promise<string> {
  return Deno.readTextFile(new URL(url));
}

/** Functions of an object, listed by name. */
export interface Functions {
  readonly holder: object;
  /** What stands before a function's name where it is called. */
  readonly label: string;
  readonly names: readonly string[];
}

const CONNECTIONS = ["connect", "connectTls", "listen", "serve", "resolveDns", "openKv", "watchFs"];
const FILES = [
  ...["readFile", "readTextFile", "writeFile", "writeTextFile", "open", "create", "readDir"],
  ...["stat", "lstat", "realPath", "readLink", "mkdir", "remove", "rename", "copyFile", "truncate"],
  ...["chmod", "makeTempFile", "makeTempDir"],
];

/** The platform's own input and output. */
export const INPUT_OUTPUT: Functions = {
  holder: Deno,
  label: "Deno.",
  names: [...CONNECTIONS, "Command", ...FILES.flatMap((name) => [name, `${name}Sync`])],
};

/** The platform's own functions on timers; virtual timers never keep a process alive. */
export const TIMER_REFERENCES: Functions = {
  holder: Deno,
  label: "Deno.",
  names: ["refTimer", "unrefTimer"],
};

/** Holds `exit`, which ends the process. */
export const PROCESS: { exit(code?: number): never } = Deno;

/** Modules whose time or chance no simulation can own. */
export const UNOWNED_MODULES: readonly string[] = [
  "node:timers",
  "node:timers/promises",
  "node:crypto",
];
