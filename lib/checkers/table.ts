/**
 * Tables in plain text.
 *
 * @module
 */

/** How columns are aligned. */
export interface Alignment {
  /** Columns that go to the right, counted from 0. Default: none. */
  readonly right?: readonly number[];
}

/** Pads cells so that each column is as wide as its widest cell. */
export function padCells(
  rows: readonly (readonly string[])[],
  { right = [] }: Alignment = {},
): string[][] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [n, text] of row.entries()) widths[n] = Math.max(widths[n] ?? 0, text.length);
  }
  return rows.map((row) =>
    row.map((text, n) => {
      const width = widths[n] ?? 0;
      return right.includes(n) ? text.padStart(width) : text.padEnd(width);
    })
  );
}

/** Aligns columns, two blanks apart; a line for each row, without blanks at its end. */
export function formatTable(
  rows: readonly (readonly string[])[],
  alignment?: Alignment,
): string[] {
  return padCells(rows, alignment).map((cells) => cells.join("  ").trimEnd());
}
