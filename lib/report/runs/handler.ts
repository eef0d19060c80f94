/**
 * Answers requests about the runs in a folder: a function from a request to a response.
 *
 * @module
 */
import { pluralize } from "../../checkers/format.ts";
import { reasonOf } from "../../message.ts";
import { readPlan } from "../../workbench/store/plan_file.ts";
import type { Catalogue, Entry } from "./catalogue.ts";
import { chooseOld, deleteRun, deletionProblem } from "./delete.ts";
import { streamChanges, streamProgress } from "./events.ts";
import { findFile, listFiles, PAGE_FILE, readScene, sendFile } from "./files.ts";
import { type Guard, readForm, Refusal, requireHost } from "./guard.ts";
import { renderComparison } from "./render_compare.ts";
import { filesLink, renderList } from "./render_list.ts";
import { renderConfirmation, renderFiles, renderLive } from "./render_pages.ts";
import { sendPage, sendSentence } from "./shell.ts";
import { subjectOf } from "./words.ts";

/** What is served, and to whom. */
export interface Site extends Guard {
  readonly catalogue: Catalogue;
  readonly commands: {
    /** Makes a run. */
    readonly make: string;
    /** Writes the page of the run in a folder. */
    readonly report: (dir: string) => string;
  };
}

/** Answers a request, whatever it is. */
export async function answer(request: Request, site: Site): Promise<Response> {
  const response = await answerOrRefuse(request, site);
  const { headers } = response;
  headers.set("cache-control", "no-store");
  headers.set("x-content-type-options", "nosniff");
  headers.set("x-frame-options", "DENY");
  headers.set("cross-origin-resource-policy", "same-origin");
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("referrer-policy", "same-origin"); // without any, forms would name no origin
  return response;
}

async function answerOrRefuse(request: Request, site: Site): Promise<Response> {
  try {
    requireHost(request, site);
    const url = new URL(request.url);
    if (request.method === "POST") return post(url, await readForm(request, site), site);
    if (request.method === "GET") return get(url, request, site);
    throw new Refusal(405, "This server knows GET and POST.");
  } catch (error) {
    if (error instanceof Refusal) {
      return sendSentence("That is not possible", error.message, error.status);
    }
    return sendSentence("This went wrong", `${reasonOf(error)}.`, 500);
  }
}

function get({ pathname, searchParams }: URL, request: Request, site: Site): Response {
  const { catalogue } = site;
  const isFile = pathname.startsWith("/runs/");
  if (isFile) return sendOf(pathname.slice("/runs/".length), site);
  switch (pathname) {
    case "/":
      return sendPage({ title: "Runs", kind: "list", body: listOf(searchParams, site) });
    case "/compare":
      return compare(searchParams.getAll("run"), site);
    case "/live":
      return live(entryOf(searchParams.get("run"), site));
    case "/progress": {
      const { id } = entryOf(searchParams.get("run"), site);
      const from = request.headers.get("last-event-id") ?? searchParams.get("from");
      const fromByte = Number(from);
      return streamProgress(
        catalogue,
        id,
        Number.isSafeInteger(fromByte) && fromByte > 0 ? fromByte : 0,
      );
    }
    case "/changes":
      return streamChanges(catalogue);
    case "/scene": {
      const scene = readScene(entryOf(searchParams.get("run"), site));
      if (scene === undefined) throw new Refusal(404, "This run has no page.");
      return new Response(scene, { headers: { "content-type": "text/plain" } });
    }
    default:
      throw new Refusal(404, "There is no such page.");
  }
}

function listOf(params: URLSearchParams, { catalogue, token, commands: { make } }: Site) {
  const { root } = catalogue;
  const read = (name: string) => params.get(name) ?? "";
  return renderList(catalogue.list(), {
    root,
    token,
    make,
    isWhole: params.has("all"),
    filter: {
      subject: read("subject"),
      verdict: read("verdict"),
      engine: read("engine"),
      text: read("text"),
    },
  });
}

function entryOf(id: string | null, { catalogue }: Site): Entry {
  const entry = catalogue.find(id ?? "");
  if (entry === undefined) throw new Refusal(404, "There is no such run; it may be deleted.");
  return entry;
}

function live(entry: Entry): Response {
  if (entry.state !== "running") return redirect(pageOf(entry));
  return sendPage({
    title: `● ${subjectOf(entry)}`,
    kind: "live",
    body: renderLive(entry, timeLimitOf(entry)),
  });
}

/** Seconds of operations that a run's plan asks for; nothing where it has none yet. */
function timeLimitOf({ dir }: Entry): number | undefined {
  try {
    return readPlan(dir).options.timeLimitS;
  } catch {
    return undefined;
  }
}

/** Where a run is told: its page, else the list of its files. */
function pageOf(entry: Entry): string {
  return filesLink(entry, findFile(entry, PAGE_FILE) === undefined ? "" : PAGE_FILE);
}

function compare(ids: readonly string[], site: Site): Response {
  if (ids.length !== 2) {
    throw new Refusal(400, `Choose two runs to compare, not ${pluralize(ids.length, "run")}.`);
  }
  const runs = ids.map((id) => entryOf(id, site)).sort((a, b) => a.startedMs - b.startedMs);
  return sendPage({
    title: runs.map(subjectOf).join(" and "),
    kind: "compare",
    body: renderComparison(runs),
  });
}

/** A file of a run, or the list of its files. */
function sendOf(path: string, site: Site): Response {
  const parts = path.split("/").map(decode);
  const depth = parts[0] === "maelstrom" ? 4 : 2;
  const entry = entryOf(parts.slice(0, depth).join("/"), site);
  const name = parts.slice(depth).join("/");
  if (name === "") {
    const report = site.commands.report(entry.dir);
    const body = renderFiles(entry, listFiles(entry), { report });
    return sendPage({ title: subjectOf(entry), body });
  }
  const file = findFile(entry, name);
  if (file === undefined) throw new Refusal(404, "The run has no such file.");
  return sendFile(file, name);
}

function decode(part: string): string {
  try {
    const text = decodeURIComponent(part);
    if (!text.includes("/")) return text;
  } catch {
    // what is no text names no file
  }
  throw new Refusal(404, "There is no such page.");
}

function post({ pathname }: URL, form: URLSearchParams, site: Site): Response {
  const { catalogue, token } = site;
  const ask = (entries: readonly Entry[], kept: readonly string[]) => {
    if (entries.length === 0) {
      return sendSentence("Nothing to delete", kept.join(" ") || "No run is chosen.");
    }
    return sendPage({ title: "Delete runs?", body: renderConfirmation(entries, { token, kept }) });
  };
  if (pathname === "/prune") {
    const keep = Number(form.get("keep"));
    if (!Number.isSafeInteger(keep) || keep < 1) {
      throw new Refusal(400, "Keep one run at least: say a whole number.");
    }
    return ask(chooseOld(catalogue.root, catalogue.list(), keep), [
      `The latest ${pluralize(keep, "run")}, runs in progress and whatever is no run stay.`,
    ]);
  }
  if (pathname !== "/delete") throw new Refusal(404, "There is no such page.");
  const ids = [...new Set(form.getAll("run"))];
  if (form.get("confirmed") === "yes") return deleteAll(ids, site);
  const entries = ids.flatMap((id) => catalogue.find(id) ?? []);
  const stay = (entry: Entry) => deletionProblem(entry) !== undefined;
  return ask(
    entries.filter((entry) => !stay(entry)),
    entries.filter(stay).map((entry) => `${entry.id} stays: ${deletionProblem(entry)}.`),
  );
}

function deleteAll(ids: readonly string[], { catalogue }: Site): Response {
  const left = ids.flatMap((id) => {
    const problem = deleteRun(catalogue, id);
    return problem === undefined ? [] : [`${id} stays: ${problem}.`];
  });
  return left.length === 0
    ? redirect("/")
    : sendSentence("Not all runs are deleted", left.join(" "), 409);
}

function redirect(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}
