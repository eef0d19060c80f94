/**
 * Reads the file of a history of any size.
 *
 * The text is never in memory as a whole. Nor need the operations be: a broadcast run in which every
 * second operation reads all values can be a gigabyte of lists. Beyond a certain size of the text,
 * long values stay in the file, and are read again where a checker asks for them.
 *
 * @module
 */
import type { Edn } from "../../history/edn.ts";
import { HistoryReader, type Op } from "../../history/operations.ts";

/** How much is kept in memory, and when. */
interface Limits {
  /** How many bytes of text to read before long values stay in the file. Default: 64 MB. */
  readonly keptBytes?: number;
  /** An operation of more bytes is long. Default: 1 KB. */
  readonly longBytes?: number;
}

const CHUNK_BYTES = 1 << 18;

/**
 * Reads the operations of a `history.edn`; the file must stay as it is as long as they are used.
 *
 * @throws {SyntaxError} naming the line.
 */
export function readHistoryFile(
  path: string,
  { keptBytes = 64e6, longBytes = 1024 }: Limits = {},
): Op[] {
  using file = Deno.openSync(path);
  const history: Op[] = [];
  const reader = new HistoryReader();
  const take = () => {
    for (let op = reader.next(); op !== undefined; op = reader.next()) {
      const { from, to } = reader.extent;
      const staysInFile = from > keptBytes && to - from > longBytes;
      history.push(staysInFile ? inFile(path, op, from, to) : op);
    }
  };
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let count = file.readSync(chunk); count !== null; count = file.readSync(chunk)) {
    reader.push(chunk.subarray(0, count));
    take();
  }
  reader.end();
  take();
  return history;
}

/** An operation whose value is read again each time that it is asked for. */
function inFile(path: string, { value: _, ...op }: Op, from: number, to: number): Op {
  return {
    ...op,
    get value(): Edn {
      using file = Deno.openSync(path);
      file.seekSync(from, Deno.SeekMode.Start);
      const text = new Uint8Array(to - from);
      for (let read = 0; read < text.length;) {
        const count = file.readSync(text.subarray(read));
        if (count === null) throw new SyntaxError(`${path} is shorter than it was`);
        read += count;
      }
      const reader = new HistoryReader();
      reader.push(text);
      reader.end();
      return reader.next()?.value ?? null;
    },
  };
}
