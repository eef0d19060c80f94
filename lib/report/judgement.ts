/**
 * The report of a stored run that was judged again.
 *
 * @module
 */
import { UNKNOWN, type Verdict } from "../checkers/checker.ts";
import { type Edn, printEdn } from "../history/edn.ts";
import type { Difference, Judgement } from "../workbench/store/judge.ts";
import { alignCells, type Cell, listSentences, makePaint, type Paint, type Style } from "./text.ts";

/** A judgement as lines for a person. */
export function renderJudgement(path: string, judgement: Judgement, style: Style = {}): string {
  const { workload, verdict, differences, figures, explanation } = judgement;
  const paint = makePaint(style);
  const head = (mark: keyof typeof TONES, word: string) =>
    `${paint(TONES[mark], mark)} ${path}\n  ${workload}: ${word}`;
  const lines = listSentences(explanation, style.width ?? 80);
  if (differences === undefined) {
    const word = `verdict ${printVerdict(verdict)}; there is no results.edn to compare with`;
    return [head("?", word), ...lines].join("\n");
  }
  if (differences.length === 0) {
    const word = `verdict ${printVerdict(verdict)}, equal in every figure (${figures})`;
    return [head("✓", word), ...lines].join("\n");
  }
  const word = `different in ${differences.length} of ${figures} figures`;
  return [head("✗", word), ...table(differences, paint), ...lines].join("\n");
}

const TONES = { "✓": "good", "✗": "bad", "?": "unsure" } as const;

function printVerdict(verdict: Verdict): string {
  return verdict === UNKNOWN ? "unknown" : String(verdict);
}

const DIFFERENCES_LIMIT = 12;
const VALUE_WIDTH = 44;

function table(differences: readonly Difference[], paint: Paint): string[] {
  const header = ["", "stored", "recomputed"].map((text): Cell => ({ text, tone: "quiet" }));
  const rows = differences.slice(0, DIFFERENCES_LIMIT).map(({ path, stored, recomputed }) => [
    { text: path.map((key) => `:${key}`).join(" ") },
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
  const text = value === undefined ? "(absent)" : printEdn(value);
  return text.length <= VALUE_WIDTH ? text : `${text.slice(0, VALUE_WIDTH - 1)}…`;
}
