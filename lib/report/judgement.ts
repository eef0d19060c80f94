/**
 * The report of a stored run that was judged again.
 *
 * @module
 */
import { UNKNOWN } from "../checkers/checker.ts";
import { clip, printable } from "../checkers/format.ts";
import { type Edn, printEdn } from "../history/edn.ts";
import type { Difference, Judgement } from "../workbench/store/judge.ts";
import { alignCells, type Cell, listSentences, makePaint, type Paint, type Style } from "./text.ts";

export function renderJudgement(path: string, judgement: Judgement, style: Style = {}): string {
  const { workload, verdict, differences, figures, explanation } = judgement;
  const paint = makePaint(style);
  const lines = listSentences(explanation, style.width ?? 80);
  const render = (mark: keyof typeof TONES, word: string, rows: readonly string[] = []) =>
    [`${paint(TONES[mark], mark)} ${path}\n  ${workload}: ${word}`, ...rows, ...lines].join("\n");
  const reached = `verdict ${verdict === UNKNOWN ? "unknown" : verdict}`;
  if (differences === undefined) {
    return render("?", `${reached}; there is no results.edn to compare with`);
  }
  if (differences.length === 0) {
    return render("✓", `${reached}, equal in every figure (${figures})`);
  }
  const word = `different in ${differences.length} of ${figures} figures`;
  return render("✗", word, table(differences, paint));
}

const TONES = { "✓": "good", "✗": "bad", "?": "unsure" } as const;

const DIFFERENCES_LIMIT = 12;
const VALUE_WIDTH = 44;

function table(differences: readonly Difference[], paint: Paint): string[] {
  const header = ["", "stored", "recomputed"].map((text): Cell => ({ text, tone: "quiet" }));
  const rows = differences.slice(0, DIFFERENCES_LIMIT).map(({ path, stored, recomputed }) => [
    { text: printable(path.map((key) => `:${key}`).join(" ")) },
    { text: shorten(stored) },
    { text: shorten(recomputed) },
  ]);
  const rest = differences.length - rows.length;
  return [
    ...alignCells([header, ...rows], paint).map((line) => `    ${line}`),
    ...(rest > 0 ? [`    and ${rest} more`] : []),
  ];
}

function shorten(value: Edn | undefined): string {
  return value === undefined ? "(absent)" : printable(clip(printEdn(value), VALUE_WIDTH));
}
