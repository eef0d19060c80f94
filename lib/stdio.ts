/**
 * Standard input and output as a node uses them: whole lines in, whole lines out, nothing else.
 *
 * @module
 */
import { LineSplitter } from "./lines.ts";
import type { Link, LinkOptions, Receive } from "./link.ts";
import { describeError, MalformedMessage, type Message, parseMessage } from "./message.ts";
import type { Platform } from "./platform.ts";

const READ_BYTES = 1 << 16; // what a pipe holds

/** Carries messages as lines, one JSON object each. */
export class StandardStreams implements Link {
  readonly #platform: Platform;
  readonly #options: Omit<LinkOptions, "args">;
  readonly #output: LineWriter;

  constructor(platform: Platform, options: Omit<LinkOptions, "args">) {
    this.#platform = platform;
    this.#options = options;
    this.#output = new LineWriter(platform, (error) => {
      options.fail(`nobody reads this node any more: ${describeError(error)}`);
    });
  }

  send(message: Message): void {
    this.#output.write(JSON.stringify(message));
  }

  get args(): readonly string[] {
    return this.#platform.args;
  }

  async run(receive: Receive): Promise<void> {
    try {
      for await (const lines of readLines(this.#platform)) {
        this.#options.beat();
        for (const line of lines) if (line !== "") this.#receiveLine(line, receive);
      }
    } catch (error) {
      this.#options.fail(`cannot read standard input: ${describeError(error)}`);
    }
  }

  flushed(): Promise<void> {
    return this.#output.flushed();
  }

  #receiveLine(line: string, receive: Receive): void {
    try {
      receive(parseMessage(line));
    } catch (error) {
      const malformed = error instanceof MalformedMessage;
      this.#options.log(
        malformed ? `ignored a line that is no message: ${error.message}` : describeError(error),
      );
    }
  }
}

/** Yields the lines of standard input, as many at a time as one read completes. */
async function* readLines({ read }: Platform): AsyncGenerator<string[]> {
  const splitter = new LineSplitter();
  const buffer = new Uint8Array(READ_BYTES);
  let size = await read(buffer);
  while (size !== null) {
    const lines = splitter.push(buffer.subarray(0, size));
    const next = read(buffer); // continues while these lines are handled
    yield lines;
    size = await next;
  }
  yield splitter.end();
}

/** Writes lines to standard output; those of one turn of the event loop share one write. */
class LineWriter {
  readonly #encoder = new TextEncoder();
  readonly #platform: Platform;
  readonly #onClosed: (error: unknown) => void;
  #text = "";
  #writing: Promise<void> | undefined;

  /** Calls `onClosed` when nobody reads standard output any more. */
  constructor(platform: Platform, onClosed: (error: unknown) => void) {
    this.#platform = platform;
    this.#onClosed = onClosed;
  }

  /** Takes a line without its newline. */
  write(line: string): void {
    this.#text += `${line}\n`;
    this.#writing ??= this.#drain();
  }

  /** Resolves when every line taken so far has been written. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    await Promise.resolve(); // let the handlers of this turn add their lines
    try {
      while (this.#text !== "") {
        const bytes = this.#encoder.encode(this.#text);
        this.#text = "";
        await this.#writeAll(bytes);
      }
    } catch (error) {
      this.#onClosed(error);
    }
    this.#writing = undefined;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length;) {
      from += await this.#platform.write(bytes.subarray(from));
    }
  }
}

/** The methods of `console` that write to standard output; `group` does in Node.js, not in Deno. */
const PRINTING = [
  "log",
  "info",
  "debug",
  "dir",
  "dirxml",
  "table",
  "count",
  "timeLog",
  "timeEnd",
  "group",
  "groupCollapsed",
] as const;

/**
 * Makes `console` write to standard error only, since on standard output it would corrupt the
 * protocol. What a method adds to its arguments (a table's lines, a count, a time) is lost.
 */
export function divertConsole(): void {
  for (const method of PRINTING) console[method] = console.error;
  console.clear = () => {};
}
