/**
 * The worker of simulations whose summaries are a report's. It runs in a thread of its own.
 *
 * @module
 */
import { serveSimulations } from "../simulator/sweep/worker.ts";
import { readMessages } from "../workbench/message_journal.ts";
import { summariseRun } from "./summary.ts";
import type { PagedSummary, SweepContext } from "./sweep.ts";

serveSimulations<SweepContext, PagedSummary>(async (result, { limits, head }, journal) => {
  const summary = summariseRun(result, limits);
  if (head === undefined) return summary;
  // Only when one is wanted: pages are made by Deno, and simulations run elsewhere, too.
  const [{ makePage }, { renderPage }] = await Promise.all([
    import("./page/page.ts"),
    import("./page/render_page.ts"),
  ]);
  const messages = journal === undefined ? {} : { journal: readMessages(journal) };
  return {
    ...summary,
    page: renderPage(makePage(result, { ...head, summary, files: [], ...messages })),
  };
});
