/**
 * Leaves the engine's own frames out of the stacks of errors, in browsers that let us choose: what a
 * node logs names the learner's code alone. For workers, as it holds for the whole thread.
 *
 * @module
 */
import { SOURCE_NAME } from "./load_source.ts";

/** A place in a program that called another. */
interface CallSite {
  getScriptNameOrSourceURL(): string;
}

Object.assign(Error, {
  prepareStackTrace: (error: Error, sites: readonly CallSite[]) =>
    [error, ...sites.filter((site) => site.getScriptNameOrSourceURL() === SOURCE_NAME)]
      .join("\n    at "),
});
