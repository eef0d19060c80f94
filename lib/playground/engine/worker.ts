/**
 * The engine in a browser's worker: simulates edited code, judges it, and makes what the page shows.
 *
 * @module
 */
import { makePage } from "../../report/page/page.ts";
import { summariseRun } from "../../report/summary.ts";
import { serveSimulations } from "../../simulator/sweep/worker.ts";
import { readMessages } from "../../workbench/message_journal.ts";
import { watchForFloods } from "./flood.ts";
import type { Outcome, Source } from "./job.ts";
import { loadSource } from "./load_source.ts";

serveSimulations<Source, Outcome>((result, { title, limits }, journal) => {
  const summary = summariseRun(result, limits);
  if (title === undefined) return summary;
  const about = { title, about: [], commands: [], files: [], summary };
  const messages = journal === undefined ? {} : { journal: readMessages(journal) };
  return { ...summary, page: makePage(result, { ...about, ...messages }) };
}, {
  load: ({ context }) => loadSource(context.text),
  watch: watchForFloods,
});
