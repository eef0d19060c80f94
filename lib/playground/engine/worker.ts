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
import { loadSource, SOURCE_NAME } from "./load_source.ts";

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

/** A place in a program that called another. */
interface CallSite {
  getScriptNameOrSourceURL(): string;
}

// What a node logs of an error names its own code alone, where the browser lets us choose.
Object.assign(Error, {
  prepareStackTrace: (error: Error, sites: readonly CallSite[]) =>
    [error, ...sites.filter((site) => site.getScriptNameOrSourceURL() === SOURCE_NAME)]
      .join("\n    at "),
});
