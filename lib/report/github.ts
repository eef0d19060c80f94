/**
 * Runs as GitHub Actions shows them: annotations, which are lines of a log, and a summary in
 * Markdown.
 *
 * @module
 */
import { printable } from "../checkers/format.ts";
import type { RunReport } from "./report.ts";
import { isPlain } from "./summary.ts";

/** An annotation for each run that did not pass, or that passed with a warning. */
export function renderAnnotations(runs: readonly RunReport[]): string[] {
  return runs.flatMap((run) => {
    const { title, verdict, headline, warnings, findings, again } = run;
    const rest = [...warnings, ...findings, ...(again === undefined ? [] : [`again: ${again}`])];
    if (verdict === "pass" && warnings.length === 0 && isPlain(headline)) return [];
    return annotation(verdict === "pass" ? "warning" : "error", title, [headline, ...rest]);
  });
}

/** One annotation. */
export function annotation(
  level: "error" | "warning",
  title: string,
  text: readonly string[],
): string {
  const name = escape(title).replaceAll(":", "%3A").replaceAll(",", "%2C");
  return `::${level} title=${name}::${escape(text.join("\n"))}`;
}

function escape(text: string): string {
  return printable(text).replaceAll("%", "%25").replaceAll("\n", "%0A");
}

const MARKS = { pass: "✅", fail: "❌", unknown: "❔", crash: "💥" } as const;

/** A table of all runs, and the first thing that is wrong with each. */
export function renderStepSummary(runs: readonly RunReport[]): string {
  return [
    "### glomers",
    "",
    "| | run | seed | verdict | limits |",
    "|---|---|---|---|---|",
    ...runs.map(({ title, seed = "", verdict, headline, limits }) => {
      const bounds = limits.map(({ ok, name, value }) =>
        `${ok ? "✓" : "✗"} ${name} ${value ?? "?"}`
      );
      const cells = [MARKS[verdict], title, seed, headline, bounds.join("; ")];
      return `| ${cells.map(cell).join(" | ")} |`;
    }),
    ...runs.flatMap(({ title, verdict, findings: [first], again }) => {
      if (verdict === "pass" || first === undefined) return [];
      const how = again === undefined ? [] : ["", `    ${again}`];
      return ["", `**${cell(title)}**: ${cell(first)}`, ...how];
    }),
    "",
  ].join("\n");
}

/** A text that no Markdown acts on. */
function cell(text: string): string {
  return printable(text).replaceAll(/[\\`*_[\]<>|#~]/g, (mark) => `\\${mark}`)
    .replaceAll("\n", " ");
}
