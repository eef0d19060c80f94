/**
 * What a served node takes from Deno.
 *
 * @module
 */
import { openRunFolder } from "./folder.ts";
import type { Platform } from "./platform.ts";

export const deno: Platform = {
  read: (buffer) => Deno.stdin.read(buffer),
  write: (bytes) => Deno.stdout.write(bytes),
  surviveUncaught(caught) {
    globalThis.addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      caught("unhandled rejection", event.reason);
    });
    globalThis.addEventListener("error", (event) => {
      event.preventDefault();
      caught("uncaught error", event.error);
    });
  },
  exit: (status) => Deno.exit(status),
  get args() {
    return Deno.args; // read late: Node.js loads this module, too
  },
  openRunFolder,
};
