/**
 * Numbers and long texts as a person reads them.
 *
 * @module
 */

/** Formats a whole number with its thousands apart: `41,976`. */
export function formatWhole(value: number): string {
  return Math.round(value).toString().replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** Formats a figure with three significant digits, thousands with all of theirs: `2.06`. */
export function formatFigure(value: number): string {
  if (Number.isInteger(value)) return formatWhole(value);
  const size = Math.abs(value);
  return size >= 1000 ? formatWhole(value) : value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** Formats a time in whole milliseconds: `1,087 ms`. */
export function formatMs(valueMs: number): string {
  return `${formatWhole(valueMs)} ms`;
}

/** Cuts a text to `width` characters, the last one an ellipsis where something is missing. */
export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
