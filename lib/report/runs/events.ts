/**
 * What happens, as a browser is told: streams of server-sent events.
 *
 * Files are looked at a few times a second. That works on every disk, and costs less than a watcher
 * where nothing happens.
 *
 * @module
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readlinkSync,
  readSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { PROGRESS_FILE } from "../../workbench/store/progress_file.ts";
import type { Catalogue } from "./catalogue.ts";
import { PAGE_FILE } from "./files.ts";
import { RECORD_FILE } from "./record.ts";

/** How often files are looked at. */
const PERIOD_MS = 400;
/** How often a silent stream says that it is alive: what is sent to a browser that is gone fails. */
const ALIVE_MS = 15_000;

/** Bytes at the end of a log that are told of. */
const LOG_TAIL = 65_536;
/** How long after its record a run may still write its page; some leave none. */
const PAGE_MS = 10_000;

/**
 * Tells how a run is going, from a place in its file on, then that it has ended: reading by reading,
 * or of Maelstrom's runs, which leave none, line by line of its log.
 */
export function streamProgress(catalogue: Catalogue, id: string, fromByte: number): Response {
  const dir = join(catalogue.root, id);
  const isMaelstroms = catalogue.find(id)?.about?.engine === "maelstrom";
  const path = join(dir, isMaelstroms ? "jepsen.log" : PROGRESS_FILE);
  const name = isMaelstroms ? "log" : "message";
  const size = isMaelstroms ? statSync(path, { throwIfNoEntry: false })?.size ?? 0 : 0;
  let at = Math.max(fromByte, size - LOG_TAIL);
  return streamEvents((send) => {
    // Asked before, or a line may be missed.
    const hasEnded = catalogue.find(id)?.state !== "running" && !awaitsPage(dir);
    const { lines: read, end } = readLines(path, at);
    at = end;
    // An entry of Jepsen's log begins with its time, and ends in a colon where a dump follows it in
    // other lines.
    const isEntry = (line: string) => /^\d{4}-\d\d-\d\d.*[^:\s]\s*$/.test(line);
    const lines = isMaelstroms ? read.filter(isEntry) : read;
    if (lines.length > 0) {
      const data = lines.map((line) => `data: ${line}\n`).join("");
      send(`event: ${name}\nid: ${end}\n${data}\n`);
    }
    const isOver = hasEnded && lines.length === 0;
    if (isOver) send("event: end\ndata: \n\n");
    return !isOver;
  });
}

/** Whether the page of a run that has ended may still be on its way: its record comes before. */
function awaitsPage(dir: string): boolean {
  const record = statSync(join(dir, RECORD_FILE), { throwIfNoEntry: false });
  return record !== undefined && Date.now() - record.mtimeMs < PAGE_MS &&
    !existsSync(join(dir, PAGE_FILE));
}

/** Tells when a run has begun or ended: the links to the last ones move. */
export function streamChanges({ root }: Catalogue): Response {
  const links = [root, join(root, "maelstrom", "store")].flatMap((folder) =>
    ["current", "latest"].map((name) => join(folder, name))
  );
  const look = () => links.map((link) => targetOf(link)).join("\n");
  const before = look();
  return streamEvents((send) => {
    if (look() === before) return true;
    send("event: changed\ndata: \n\n");
    return false;
  });
}

/** A stream of events. `look` sends what is new, and says whether to go on. */
function streamEvents(look: (send: (event: string) => void) => boolean): Response {
  let timer: ReturnType<typeof setInterval> | undefined;
  const body = new ReadableStream<string>({
    start(controller) {
      let silentMs = 0;
      const send = (event: string) => {
        silentMs = 0;
        controller.enqueue(event);
      };
      const act = () => {
        if ((silentMs += PERIOD_MS) > ALIVE_MS) send(": alive\n\n");
        if (look(send)) return;
        clearInterval(timer);
        controller.close();
      };
      timer = setInterval(act, PERIOD_MS);
      send("retry: 1000\n\n");
      act();
    },
    cancel: () => clearInterval(timer),
  });
  return new Response(body.pipeThrough(new TextEncoderStream()), {
    headers: { "content-type": "text/event-stream" },
  });
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}

/** Most bytes that are read at a time. */
const MOST_BYTES = 1 << 20;

/** The whole lines of a file from a place on, and where the next one begins. */
function readLines(path: string, from: number): { lines: string[]; end: number } {
  if (!existsSync(path)) return { lines: [], end: from };
  const file = openSync(path, "r");
  try {
    const bytes = new Uint8Array(Math.max(0, Math.min(MOST_BYTES, fstatSync(file).size - from)));
    const read = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from));
    const whole = read.subarray(0, read.lastIndexOf(10) + 1);
    const lines = new TextDecoder().decode(whole).split(/[\r\n]+/).filter((line) => line !== "");
    return { lines, end: from + whole.length };
  } finally {
    closeSync(file);
  }
}
