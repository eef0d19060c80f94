/**
 * Sums up a run for the page.
 *
 * @module
 */
import { makePage } from "../../report/page/page.ts";
import { summariseRun } from "../../report/summary.ts";
import { readMessages } from "../../workbench/message_journal.ts";
import type { RunResult } from "../../workbench/result.ts";
import type { Outcome, Source } from "./job.ts";

/** `journal` is the text of the journal of messages, where pictures are wanted. */
export function sumUp(
  result: RunResult,
  { title, limits }: Pick<Source, "title" | "limits">,
  journal?: string,
): Outcome {
  const summary = summariseRun(result, limits);
  if (title === undefined) return summary;
  const about = { title, about: [], commands: [], files: [], summary };
  const messages = journal === undefined ? {} : { journal: readMessages(journal) };
  return { ...summary, page: makePage(result, { ...about, ...messages }) };
}
