/** Stands in for `@std/streams/text-line-stream` where JSR is out of reach (see `tasks/setup.ts`). */

/** Options of {@linkcode TextLineStream}. */
export interface TextLineStreamOptions {
  /**
   * Whether a carriage return alone ends a line too.
   *
   * @default {false}
   */
  allowCR?: boolean;
}

/** Splits text into lines, however it is cut into chunks; `\n` and `\r\n` end a line. */
export class TextLineStream extends TransformStream<string, string> {
  constructor(options: TextLineStreamOptions = {}) {
    const allowCR = options.allowCR ?? false;
    // A `\r` at the end of a chunk ends no line yet: the `\n` that belongs to it may follow.
    const endOfLine = allowCR ? /\r?\n|\r(?!$)/ : /\r?\n/;
    const mayEndLine = allowCR ? /[\r\n]/ : /\n/;
    // The parts of an unfinished line are joined only once, so that a long line costs linear time.
    let unfinished: string[] = [];
    let endsWithCR = false;
    super({
      transform(chunk, controller) {
        if (chunk === "") return;
        unfinished.push(chunk);
        if (!mayEndLine.test(chunk) && !endsWithCR) return;
        const lines = unfinished.join("").split(endOfLine);
        const rest = lines.pop() ?? "";
        for (const line of lines) controller.enqueue(line);
        unfinished = rest === "" ? [] : [rest];
        endsWithCR = allowCR && rest.endsWith("\r");
      },
      flush(controller) {
        if (unfinished.length === 0) return;
        const rest = unfinished.join("");
        controller.enqueue(endsWithCR ? rest.slice(0, -1) : rest);
      },
    });
  }
}
