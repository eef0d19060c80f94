/**
 * The journal of messages as a file of a run: its text, compressed in pieces one behind the other,
 * which `zcat` prints. Its lines are described in `../message_journal.ts`.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { constants, gunzipSync } from "node:zlib";
import { JournalReader, type MessageJournal } from "../message_journal.ts";

/** Its name in the run's folder. */
export const MESSAGE_FILE = "messages.gz";

/** How much is decoded at a time. */
const PIECE_BYTES = 1 << 20;

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
  const [reader, decoder] = [new JournalReader(), new TextDecoder()];
  for (let from = 0; from < text.length; from += PIECE_BYTES) {
    reader.push(decoder.decode(text.subarray(from, from + PIECE_BYTES), { stream: true }));
  }
  return reader.journal();
}
