/**
 * The worker of simulations whose summaries are a report's. It runs in a thread of its own.
 *
 * @module
 */
import { serveSimulations } from "../simulator/sweep/worker.ts";
import { readMessages } from "../workbench/message_journal.ts";
import { makePage } from "./page/page.ts";
import { renderPage } from "./page/render_page.ts";
import { summariseRun } from "./summary.ts";
import type { PagedSummary, SweepContext } from "./sweep.ts";

serveSimulations<SweepContext, PagedSummary>((result, { limits, head }, journal) => {
  const summary = summariseRun(result, limits);
  if (head === undefined) return summary;
  const messages = journal === undefined ? {} : { journal: readMessages(journal) };
  return {
    ...summary,
    page: renderPage(makePage(result, { ...head, summary, files: [], ...messages })),
  };
});
