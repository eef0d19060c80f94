/**
 * What programs may use, as the editor and the panel beside it tell of it: plain data, made from the
 * library's own declarations when the site is written.
 *
 * @module
 */

/** Everything, by topic. */
export type Reference = readonly Topic[];

/** What belongs together. */
export interface Topic {
  readonly title: string;
  /** The library's name of what has these members; absent where they have nothing in common. */
  readonly type?: string;
  /** What stands before its members' names, as in `node.send`; absent where nothing does. */
  readonly object?: string;
  readonly doc: string;
  readonly entries: readonly Entry[];
}

/** Something that a program can call, read or write. */
export interface Entry {
  readonly name: string;
  /** Its name with what it takes and gives, as TypeScript writes it, but for what only compilers need. */
  readonly signature: string;
  /** Paragraphs; the first begins with a sentence that stands for itself. */
  readonly doc: string;
  /** Its arguments, where there is more to say of them, and the errors that it throws. */
  readonly details: readonly string[];
  /** What a request or a one-way message holds, and its reply. */
  readonly request?: readonly Field[];
  readonly reply?: readonly Field[];
}

/** A field of a message. */
export interface Field {
  readonly name: string;
  readonly type: string;
}

/** The first sentence of a text. */
export function firstSentence(doc: string): string {
  const [paragraph = ""] = doc.split("\n\n");
  return /^.*?\.(?=\s|$)/s.exec(paragraph)?.[0] ?? paragraph;
}

/** Splits a text at a sign wherever no bracket is open. */
export function splitOutside(text: string, sign: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const one = text[at] ?? "";
    if ("([{<".includes(one)) depth++;
    else if (")]}>".includes(one) && text[at - 1] !== "=") depth--;
    else if (one === sign && depth === 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  const rest = text.slice(from).trim();
  return rest === "" ? parts : [...parts, rest];
}

/** Reads the fields of `{ key: string; msg: number }`, or of `{ key: string, msg: integer }`. */
export function readFields(text: string): Field[] {
  const inner = /^\{(.*)\}$/s.exec(text.trim())?.[1] ?? "";
  const sign = splitOutside(inner, ";").length > 1 || inner.trim().endsWith(";") ? ";" : ",";
  return splitOutside(inner, sign).flatMap((part) => {
    const [, name, type = ""] = /^(?:readonly )?"?([\w?]+)"?\s*:\s*(.*)$/s.exec(part) ?? [];
    return name === undefined ? [] : [{ name, type }];
  });
}
