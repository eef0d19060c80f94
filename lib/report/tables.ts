/**
 * Tables in Markdown.
 *
 * @module
 */

/**
 * Renders a table in Markdown.
 *
 * @param textColumns How many columns, from the left, hold text; the others hold figures.
 */
export function renderTable(
  head: readonly string[],
  lines: readonly string[][],
  textColumns: number,
): string {
  const rule = head.map((_, i) => i < textColumns ? "---" : "---:");
  return [head, rule, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
