/**
 * Folders of runs, and requests about them, for tests.
 *
 * @module
 */
import { join } from "node:path";
import { planOf, type PlanOptions } from "../../workbench/plan.ts";
import { writePlan } from "../../workbench/store/plan_file.ts";
import { Catalogue } from "./catalogue.ts";
import { answer, type Site } from "./handler.ts";
import { type RunRecord, writeRecord } from "./record.ts";

export const RECORD: RunRecord = {
  challenge: "3d",
  workload: "broadcast",
  program: "",
  engine: "workbench",
  options: ["-w", "broadcast", "--latency", "100"],
  verdict: "pass",
  headline: "Correct.",
  limits: [],
  figures: [{ name: "values", text: "945, all stable" }],
  metrics: { operations: 2_000, serverMessagesPerOp: 2, stableMedianMs: 178 },
  latencyMs: [20, 80, 120],
};

/** Adds the folder of a run, with its plan; returns its path. */
export function addFolder(root: string, id: string, options: Partial<PlanOptions> = {}): string {
  const dir = join(root, id);
  Deno.mkdirSync(dir, { recursive: true });
  writePlan(dir, planOf({ workload: "broadcast", program: "node.ts", ...options }));
  Deno.writeTextFileSync(join(dir, "history.edn"), "");
  return dir;
}

/** Adds a run that has ended; returns its path. */
export function addRun(root: string, id: string, record: Partial<RunRecord> = {}): string {
  const dir = addFolder(root, id);
  writeRecord(dir, { ...RECORD, ...record });
  return dir;
}

/** Names of folders, in the order of time. */
export function stampOf(n: number): string {
  return `20261128T1200${String(n).padStart(2, "0")}.000Z`;
}

const PORT = 4567;
const ORIGIN = `http://127.0.0.1:${PORT}`;

/** A site that serves a folder. */
export function siteOf(root: string): Site {
  return {
    catalogue: new Catalogue(root, () => undefined),
    port: PORT,
    token: "secret",
    commands: { make: "glomers test 3c", report: (dir) => `glomers report ${dir}` },
  };
}

/** Asks a site for a page, as a browser would. */
export function ask(site: Site, path: string, headers: HeadersInit = {}): Promise<Response> {
  const request = new Request(`${ORIGIN}${path}`, {
    headers: { host: `127.0.0.1:${PORT}`, ...headers },
  });
  return answer(request, site);
}

/** Sends a form, as a page of the site would. */
export function send(
  site: Site,
  path: string,
  fields: readonly (readonly [name: string, value: string])[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const body = new URLSearchParams(fields.map(([name, value]) => [name, value])).toString();
  const request = new Request(`${ORIGIN}${path}`, {
    method: "POST",
    body,
    headers: {
      host: `127.0.0.1:${PORT}`,
      origin: ORIGIN,
      "content-type": "application/x-www-form-urlencoded",
      "content-length": `${body.length}`,
      ...headers,
    },
  });
  return answer(request, site);
}
