/**
 * Text for terminals: wrapping, columns, and colour where it is welcome.
 *
 * @module
 */
import { stripVTControlCharacters, styleText } from "node:util";

/** How text is to look. */
export interface Look {
  /** Escape sequences for colour. Default: none. */
  readonly color?: boolean;
  /** Columns that lines should not exceed. Default: 80. */
  readonly width?: number;
}

/** The look that standard output wants: colour only on a terminal, and not with `NO_COLOR`. */
export function terminalLook(): Required<Look> {
  if (!Deno.stdout.isTerminal()) return { color: false, width: 80 };
  const { columns } = Deno.consoleSize();
  return { color: !Deno.noColor, width: Math.max(60, Math.min(columns, 100)) };
}

/** What a stretch of text is, from which its colour follows. */
export type Tone = "good" | "bad" | "unsure" | "quiet" | "strong";

const STYLES = {
  good: ["green"],
  bad: ["red"],
  unsure: ["yellow"],
  quiet: ["dim"],
  strong: ["bold"],
} as const satisfies Record<Tone, readonly string[]>;

/** Colours text; without colour it is the text itself. */
export type Paint = (tone: Tone, text: string) => string;

/** The {@linkcode Paint} of a look. */
export function painter({ color = false }: Look): Paint {
  if (!color) return (_tone, text) => text;
  return (tone, text) => styleText([...STYLES[tone]], text, { validateStream: false });
}

/** How many columns text takes on a terminal, colour left out. */
function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Breaks text at blanks into lines of at most `width` columns; a longer word stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** A wrapped paragraph whose first line starts with `head` and the others with as many blanks. */
export function paragraph(head: string, text: string, width: number): string[] {
  const blank = " ".repeat(widthOf(head));
  return wrap(text, width - blank.length).map((line, n) => `${n === 0 ? head : blank}${line}`);
}

/**
 * Sentences as a list of paragraphs. A line that begins with blanks is part of a table and stays as
 * it is, below the sentence before it.
 */
export function listing(sentences: readonly string[], width: number): string[] {
  return sentences.flatMap((text) =>
    text.startsWith("  ") ? [`  ${text}`] : paragraph("  · ", text, width)
  );
}

/** A cell: its text, how it is coloured, and to which side it goes. */
export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
  readonly align?: "left" | "right";
}

/** Rows whose columns line up, two blanks apart. Empty cells take no colour. */
export function columns(rows: readonly (readonly Cell[])[], paint: Paint): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [n, { text }] of row.entries()) widths[n] = Math.max(widths[n] ?? 0, text.length);
  }
  return rows.map((row) =>
    row.map(({ text, tone, align = "left" }, n) => {
      const width = widths[n] ?? 0;
      const gap = " ".repeat(width - text.length);
      const painted = tone === undefined || text === "" ? text : paint(tone, text);
      return align === "right" ? gap + painted : painted + gap;
    }).join("  ").trimEnd()
  );
}

/** A whole number with its thousands apart: `41,976`. */
export function grouped(value: number): string {
  return Math.round(value).toString().replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** A figure with as many digits as a person wants: three significant ones, more for thousands. */
export function brief(value: number): string {
  if (Number.isInteger(value)) return grouped(value);
  const size = Math.abs(value);
  return size >= 1000 ? grouped(value) : value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** A time in whole milliseconds: `1,087 ms`. */
export function milliseconds(value: number): string {
  return `${grouped(value)} ms`;
}
