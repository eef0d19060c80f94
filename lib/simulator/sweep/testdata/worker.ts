/** A worker whose summary of a run is its verdict. */
import { serveSimulations } from "../worker.ts";

serveSimulations(({ results }) => String(results?.["valid?"] ?? "crash"));
