/**
 * Histories for tests, as text.
 *
 * @module
 */
import { HistoryReader, type Op } from "./operations.ts";

/** Reads the text of a `history.edn`, which may arrive in pieces of some size, in bytes. */
export function parseHistory(text: string, { pieceBytes = Infinity } = {}): Op[] {
  const history: Op[] = [];
  const reader = new HistoryReader();
  const take = () => {
    for (let op = reader.next(); op !== undefined; op = reader.next()) history.push(op);
  };
  const bytes = new TextEncoder().encode(text);
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    reader.push(bytes.subarray(from, from + pieceBytes));
    take();
  }
  reader.end();
  take();
  return history;
}
