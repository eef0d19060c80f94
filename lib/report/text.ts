/**
 * Text for terminals: wrapping, columns, and colour where it is welcome.
 *
 * @module
 */
import { stripVTControlCharacters, styleText } from "node:util";
import { printable } from "../checkers/format.ts";
import { type Alignment, padCells } from "../checkers/table.ts";

/** How text is laid out and coloured. */
export interface Style {
  /** Escape sequences for colour. Default: none. */
  readonly color?: boolean;
  /** Columns that lines should not exceed. Default: 80. */
  readonly width?: number;
}

const DEFAULT_COLUMNS = 80;

/** Finds the style for standard output: colour only on a terminal, and not with `NO_COLOR`. */
export function detectStyle(): Required<Style> {
  if (!Deno.stdout.isTerminal()) return { color: false, width: DEFAULT_COLUMNS };
  return { color: !Deno.noColor, width: Math.max(60, Math.min(terminalColumns(), 100)) };
}

/** Whether the terminal only takes lines, one below another; not where `TERM` may not be read. */
export function isDumbTerminal(): boolean {
  const { state } = Deno.permissions.querySync({ name: "env", variable: "TERM" });
  return state === "granted" && Deno.env.get("TERM") === "dumb";
}

/** How wide the terminal is; 80 where it does not know, as one that a script opened may not. */
export function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns || DEFAULT_COLUMNS;
  } catch {
    return DEFAULT_COLUMNS;
  }
}

/** What a piece of text says; its colour follows from that. */
type Tone = "good" | "bad" | "unsure" | "quiet" | "strong";

const STYLES = {
  good: ["green"],
  bad: ["red"],
  unsure: ["yellow"],
  quiet: ["dim"],
  strong: ["bold"],
} as const satisfies Record<Tone, readonly string[]>;

/** Colours text; without colour it is the text itself. */
export type Paint = (tone: Tone, text: string) => string;

/** Makes the {@linkcode Paint} of a style. */
export function makePaint({ color = false }: Style): Paint {
  if (!color) return (_tone, text) => text;
  return (tone, text) => styleText([...STYLES[tone]], text, { validateStream: false });
}

/** How many columns text takes on a terminal, colour left out. */
function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Breaks text at blanks into lines of at most `width` columns; a longer word stays whole. */
function wrap(text: string, width: number): string[] {
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

/**
 * Wraps a paragraph whose first line starts with `head`, and the others with as many blanks. The text
 * may quote what a node wrote; the head may not.
 */
export function wrapParagraph(head: string, text: string, width: number): string[] {
  const blank = " ".repeat(widthOf(head));
  return wrap(printable(text), width - blank.length).map((line, n) =>
    `${n === 0 ? head : blank}${line}`
  );
}

/**
 * Lists sentences as paragraphs. A line that begins with blanks is part of a table and stays as it is,
 * below the sentence before it.
 */
export function listSentences(sentences: readonly string[], width: number): string[] {
  return sentences.flatMap((text) =>
    text.startsWith("  ") ? [`  ${printable(text)}`] : wrapParagraph("  · ", text, width)
  );
}

/** A cell of a table: its text, and how it is coloured. */
export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

/** Aligns the columns of coloured cells, two blanks apart. Padding takes no colour. */
export function alignCells(
  rows: readonly (readonly Cell[])[],
  paint: Paint,
  alignment?: Alignment,
): string[] {
  const padded = padCells(rows.map((row) => row.map(({ text }) => text)), alignment);
  return rows.map((row, r) =>
    row.map(({ text, tone }, n) => {
      const cell = padded[r]?.[n] ?? "";
      return tone === undefined || text === "" ? cell : cell.replace(text, () => paint(tone, text));
    }).join("  ").trimEnd()
  );
}

/** Of several forms of a table, the widest first, the first that fits; else the last. */
export function firstThatFits(
  forms: readonly (readonly (readonly Cell[])[])[],
  width: number,
  alignment?: Alignment,
): readonly (readonly Cell[])[] {
  const fits = (rows: readonly (readonly Cell[])[]) =>
    alignCells(rows, makePaint({}), alignment).every((line) => line.length <= width);
  return forms.find(fits) ?? forms.at(-1) ?? [];
}
