/**
 * Markup that cannot be broken by what it holds: a template escapes whatever is put into it, unless
 * that is markup itself.
 *
 * @module
 */

/** Text that is markup. Only {@linkcode markup} makes it, and {@linkcode trusted} of our own texts. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = Markup | string | number | undefined | false | readonly Part[];

/** Makes markup of a template. Strings and numbers in it are escaped; nothing is left out. */
export function markup(fixed: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(fixed.map((text, i) => text + textOf(parts[i])).join(""));
}

/** Takes a text as markup: a style sheet or a script of this project's own. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

/** A text whose words may be broken behind `_`, where a reader would break them. */
export function breakable(text: string): Markup {
  return new Markup(text.split(/(?<=_)/).map(escape).join("<wbr>"));
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "object") return part.map(textOf).join("");
  return escape(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
