/**
 * The three standard streams of a node's process, each within bounds: a node that exceeds one of
 * them would fill the workbench's memory.
 *
 * @module
 */
import { LineSplitter } from "../../lines.ts";

/** Characters that may wait for a node to read them. */
const MAX_UNREAD = 2 ** 28;
/** Characters of an unfinished line on standard output. */
const MAX_LINE = 2 ** 26;
/** Characters of a line on standard error; longer lines are cut. */
const MAX_LOG_LINE = 2 ** 16;

/** Kills a node that exceeds a limit, and with it ends the run. */
type KillForExcess = (why: string) => void;

const [NEWLINE, RETURN] = [0x0a, 0x0d];

/** Gives every line the end of a newline: as in Maelstrom, it may also end with a carriage return. */
async function* withNewlines(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let endsWithReturn = false;
  for await (let chunk of stream) {
    if (endsWithReturn && chunk[0] === NEWLINE) chunk = chunk.subarray(1);
    endsWithReturn = chunk.at(-1) === RETURN;
    yield chunk.includes(RETURN) ? replaceReturns(chunk) : chunk;
  }
}

/** In UTF-8, the bytes of these two are never part of another character. */
function replaceReturns(chunk: Uint8Array): Uint8Array {
  const replaced = chunk.filter((byte, i) => byte !== NEWLINE || chunk[i - 1] !== RETURN);
  return replaced.map((byte) => byte === RETURN ? NEWLINE : byte);
}

/** Standard output, read line by line. */
export class Output {
  readonly #splitter = new LineSplitter();
  #isEmpty = true;
  #isCut = false;

  /** Reads it to its end. */
  async read(
    stream: ReadableStream<Uint8Array>,
    killForExcess: KillForExcess,
    wrote: (line: string) => void,
  ): Promise<void> {
    const splitter = this.#splitter;
    for await (const chunk of withNewlines(stream)) {
      this.#isEmpty = false;
      for (const line of splitter.push(chunk)) wrote(line);
      if (splitter.pending > MAX_LINE) {
        const length = inMillions(MAX_LINE);
        return killForExcess(`it wrote ${length} to standard output without ending a line`);
      }
    }
    if (!this.#isCut) { for (const line of splitter.end()) wrote(line); }
  }

  /** Notes that the process is about to be killed: a line that it has not ended then is none. */
  cut(): void {
    this.#isCut = true;
  }

  /** Why nothing is heard on it, as far as it shows. */
  explainSilence(): string | undefined {
    const { pending } = this.#splitter;
    if (pending > 0) {
      return `${pending} characters that it wrote to standard output wait for the end of their ` +
        "line: a message ends with a newline";
    }
    return this.#isEmpty
      ? "it has written nothing to standard output: what a program does not flush never gets here"
      : undefined;
  }
}

/** Reads standard error line by line, to its end. */
export async function readLog(
  stream: ReadableStream<Uint8Array>,
  logged: (line: string) => void,
): Promise<void> {
  const splitter = new LineSplitter();
  for await (const chunk of withNewlines(stream)) {
    for (const line of splitter.push(chunk)) logged(line);
    if (splitter.pending > MAX_LOG_LINE) { for (const line of splitter.end()) logged(line); }
  }
  for (const line of splitter.end()) logged(line);
}

const COMPACT = new Intl.NumberFormat("en", {
  notation: "compact",
  compactDisplay: "long",
  maximumFractionDigits: 0,
});

function inMillions(characters: number): string {
  return `${COMPACT.format(characters)} characters`;
}

/** Standard input. Lines that come while a write is under way are written together after it. */
export class Input {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #killForExcess: KillForExcess;
  #lines: string[] = [];
  #waiting = 0;
  #writing = false;
  #closed = false;

  constructor(stream: WritableStream<Uint8Array>, killForExcess: KillForExcess) {
    this.#writer = stream.getWriter();
    this.#killForExcess = killForExcess;
  }

  /** Writes a line, sooner or later. */
  write(line: string): void {
    if (this.#closed) return;
    this.#lines.push(line);
    this.#waiting += line.length + 1;
    if (!this.#writing) this.#drain();
    if (this.#waiting <= MAX_UNREAD) return;
    this.#closed = true;
    this.#lines = [];
    this.#killForExcess(`it left ${inMillions(MAX_UNREAD)} unread on standard input`);
  }

  /** Ends the stream; what has not been written is dropped. */
  close(): void {
    this.#closed = true;
    this.#writer.close().catch(() => {}); // a process that has ended has broken it already
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    try {
      while (this.#lines.length > 0 && !this.#closed) {
        await new Promise<void>((resolve) => setImmediate(resolve)); // for more lines of this turn
        const bytes = this.#encoder.encode(`${this.#lines.join("\n")}\n`);
        this.#lines = [];
        this.#waiting = 0;
        await this.#writer.write(bytes);
      }
    } catch (_error) {
      this.#closed = true; // the process no longer reads; whatever ended it is reported elsewhere
    }
    this.#writing = false;
  }
}
