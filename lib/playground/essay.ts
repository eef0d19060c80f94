/**
 * A node's file as something to read: the essay in its header, and its code.
 *
 * @module
 */

interface Essay {
  /** Markdown. */
  readonly text: string;
  readonly code: string;
}

/** Takes a file apart. */
export function splitEssay(source: string): Essay {
  const [whole = "", header = ""] = /^(?:#![^\n]*\n)?\/\*\*\n(.*?)\n \*\/\n/s.exec(source) ?? [];
  const lines = header.split("\n").map((line) => line.replace(/^ \* ?/, ""));
  return {
    text: lines.filter((line) => line !== "@module").join("\n").trim(),
    code: source.slice(whole.length).trim(),
  };
}
