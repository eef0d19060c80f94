/**
 * Lines out of a stream of bytes that is cut anywhere: in a line, or in the middle of a character.
 *
 * @module
 */

/** Collects chunks and hands out whole lines. Time is linear in the bytes, however long a line. */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  #started: string[] = [];
  #pending = 0;

  /** Characters that have come of a line that has no end yet. */
  get pending(): number {
    return this.#pending;
  }

  /** The lines that this chunk completes, without their ends. */
  push(chunk: Uint8Array): string[] {
    return this.#split(this.#decoder.decode(chunk, { stream: true }));
  }

  /** At the end of the stream: the last line, if it had no end. */
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
    if (from < text.length) {
      this.#started.push(text.slice(from));
      this.#pending += text.length - from;
    }
    return lines;
  }

  #take(end: string): string {
    if (this.#started.length === 0) return end;
    const line = this.#started.join("") + end;
    this.#started = [];
    this.#pending = 0;
    return line;
  }
}
