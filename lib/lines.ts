/**
 * Splits a stream of bytes into lines, wherever its chunks end: in a line or inside a character.
 *
 * @module
 */

/** Collects chunks and returns whole lines, in time linear in the bytes however long a line is. */
export class LineSplitter {
  readonly #decoder = new TextDecoder(undefined, { ignoreBOM: true }); // which would drop it
  #started: string[] = [];
  #pending = 0;

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
