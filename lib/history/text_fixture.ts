/**
 * Histories for tests, as text.
 *
 * @module
 */
import { type Op, readHistory } from "./operations.ts";

/** Reads the text of a `history.edn`. */
export function parseHistory(text: string): Op[] {
  return [...readHistory([new TextEncoder().encode(text)])];
}
