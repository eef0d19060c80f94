/**
 * The worker of public sweeps: whether a run is valid is all that it sums up.
 *
 * @module
 */
import { serveSimulations } from "./worker.ts";

serveSimulations<undefined, boolean>(({ results }) => results?.["valid?"] === true);
