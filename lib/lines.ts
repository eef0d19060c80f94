/**
 * Splits a stream of bytes into lines, wherever its chunks end: in a line or inside a character.
 *
 * @module
 */

/** The longest string that V8 can hold. */
const MAX_STRING = 2 ** 29 - 24;

/**
 * Collects chunks and returns whole lines, in time linear in the bytes however long a line is. A line
 * that is longer than the bound is cut there.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder(undefined, { ignoreBOM: true }); // which would drop it
  readonly #longest: number;
  #started: string[] = [];
  #pending = 0;

  /** @param longest Bound on a line's characters. Default: those of the longest string. */
  constructor(longest = MAX_STRING) {
    this.#longest = longest;
  }

  /** Characters received of a line that has not ended yet. */
  get pending(): number {
    return this.#pending;
  }

  /** Takes a chunk; returns the lines that it completes, without their newlines. */
  push(chunk: Uint8Array): string[] {
    return this.#split(this.#decoder.decode(chunk, { stream: true }));
  }

  /** Ends the stream; returns the last line if it had no newline. */
  end(): string[] {
    const lines = this.#split(this.#decoder.decode());
    const last = this.#take("");
    return last === "" ? lines : [...lines, last];
  }

  #split(text: string): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let to = text.indexOf("\n"); to !== -1; to = text.indexOf("\n", from)) {
      lines.push(this.#take(text.slice(from, to)));
      from = to + 1;
    }
    if (from < text.length) this.#keep(text.slice(from));
    return lines;
  }

  #keep(part: string): void {
    const room = this.#longest - this.#pending;
    if (room > 0) this.#started.push(part.slice(0, room));
    this.#pending += part.length;
  }

  #take(end: string): string {
    if (this.#pending === 0) return end.slice(0, this.#longest);
    this.#keep(end);
    const line = this.#started.join("");
    this.#started = [];
    this.#pending = 0;
    return line;
  }
}
