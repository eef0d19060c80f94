/**
 * The journal of messages as a file of a run: its text, compressed in pieces one behind the other,
 * which `zcat` prints. Its lines are described in `../message_journal.ts`.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { constants, gunzipSync } from "node:zlib";
import { type MessageJournal, readMessages } from "../message_journal.ts";

/** Its name in the run's folder. */
export const MESSAGE_FILE = "messages.gz";

/**
 * Reads the journal in a run's folder; `undefined` where there is none, or nothing in it.
 *
 * @throws {MalformedJournal} if it is of another version or damaged.
 */
export function readMessageFile(dir: string): MessageJournal | undefined {
  const path = join(dir, MESSAGE_FILE);
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  if (bytes.length === 0) return undefined; // the run ended before its first block
  const text = gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  return readMessages(new TextDecoder().decode(text));
}
