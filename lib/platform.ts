/**
 * What a served node takes from the platform it runs on.
 *
 * @module
 */
import type { OpenDisk } from "./disk.ts";

/** Deno (`deno.ts`), or Node.js and what is like it (`node_js.ts`). */
export interface Platform {
  /** Reads from standard input. Resolves to how many bytes are now in the buffer; null at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes to standard output. Resolves to how many of the bytes were written. */
  write(bytes: Uint8Array): Promise<number>;
  /** Has errors that nobody catches passed on, in place of ending the process. */
  surviveUncaught(caught: (what: string, error: unknown) => void): void;
  /** Ends the process. */
  exit(status: number): never;
  /** The program's arguments. */
  readonly args: readonly string[];
  /** Opens the folder that the environment names. */
  readonly openRunFolder: OpenDisk;
}
