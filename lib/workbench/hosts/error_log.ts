/**
 * The errors that nodes write to their logs, recognised in the forms of Deno, Node.js, Python, Java,
 * Go, Rust, Ruby and .NET: the line that says what went wrong, and the first place in the node's own
 * code among those that follow. Everything is bounded, however much a node writes.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";

/** An error in a node's log. Errors that differ in numbers only are one. */
export interface LoggedError {
  /** The node's id. */
  readonly node: string;
  /** The line that says what went wrong. */
  readonly text: string;
  /** The first file and line in the node's own code: `nodes/echo.ts:12`. */
  readonly place?: string;
  /** How often it was logged. */
  readonly count: number;
}

interface Entry extends LoggedError {
  place?: string;
  count: number;
  /** What lies between the error's line and its first frame, such as the code of that line. */
  readonly details: string[];
  /** The line of the first frame in the node's own code. */
  frame?: string;
  /** How many lines of any log came before it. */
  readonly after: number;
}

/** What is known of a node's log. */
interface Reading {
  readonly entries: Map<string, Entry>;
  /** The error whose lines are being read. */
  open?: Entry;
  /** Whether a frame of it was seen. */
  framed: boolean;
  /** How many lines of any log came before the one that is being read. */
  lines: number;
  /** A Python traceback, whose error comes last: the last place in the node's own code. */
  traceback?: { place?: string; frame?: string };
}

/** Kinds of errors that are kept of a node; others are not counted. */
export const MAX_ERRORS = 8;
const MAX_DETAILS = 2;
const MAX_TEXT = 300;

const ERROR =
  /^\S*(?:Error|Exception|Panic)\b|\b[A-Z]\w*(?:Error|Exception)\b|\bpanic(?:ked)?\b|^(?:fatal|error|uncaught|unhandled)\b|\b(?:failed|uncaught|unhandled rejection|uncaught error): |: in [`'].*\(\w+\)$/i;
const TRACEBACK = "Traceback (most recent call last):";
/** Begins no error of its own, but says more of the one before. */
const MORE = /^(?:Caused by:|goroutine \d|\[signal |note: |exit status )/;

/** Where the forms of a frame have their file and line. */
const FRAMES: readonly RegExp[] = [
  /^\s*File "(?<file>[^"]+)", line (?<line>\d+)/,
  /^\s+at .*\) in (?<file>\S+):line (?<line>\d+)$/,
  /^\s+at (?<scope>[\w.$/]+)\((?<file>[\w-]+\.\w+):(?<line>\d+)\)$/,
  /^\s+at (?:.*\()?(?:file:\/\/)?(?<file>[^\s()]+?):(?<line>\d+)(?::\d+)?\)?$/,
  /^\s+(?<file>\/\S+\.go):(?<line>\d+)/,
  /^\s*from (?<file>\S+\.rb):(?<line>\d+)/,
];
/** Where an error's own line names its place: in Rust and Ruby. */
const INLINE = /panicked at (?<file>[^\s:]+):(?<line>\d+)|^(?<rb>\S+\.rb):(?<rbLine>\d+):in /;

/** The folder of the protocol's own modules, which are nobody's node; a bundle is a blob in a worker. */
const PROTOCOL = URL.parse("../../", import.meta.url)?.pathname ?? "blob:";
const FOREIGN =
  /^(?:node:|ext:|internal\/|<)|\/node_modules\/|\/lib\/python|site-packages|<frozen|\/go\/src\/|\/pkg\/mod\//;
const FOREIGN_SCOPE = /^(?:java|javax|jdk|sun|kotlin|scala|clojure)[./]/;

/** Finds errors in the logs of nodes, line by line. */
export class ErrorLog {
  readonly #readings = new Map<string, Reading>();
  #lines = 0;

  /** Takes the next line of a node's log. */
  take(node: string, whole: string): void {
    const start = whole.length <= MAX_TEXT ? whole : `${whole.slice(0, MAX_TEXT)}…`;
    const line = stripVTControlCharacters(start); // Deno colours its errors
    const reading: Reading = this.#readings.get(node) ??
      { entries: new Map(), framed: false, lines: 0 };
    this.#readings.set(node, reading);
    reading.lines = this.#lines++;
    const frame = frameOf(line);
    if (line.startsWith(TRACEBACK)) reading.traceback = {};
    else if (frame !== undefined) readFrame(reading, frame, line);
    else if (reading.traceback !== undefined && /^\S/.test(line)) endTraceback(reading, node, line);
    else if (ERROR.test(line) && !MORE.test(line) && !/^\s/.test(line)) begin(reading, node, line);
    else readOther(reading, line);
  }

  /** The errors so far, in order of their first coming. */
  get errors(): LoggedError[] {
    return [...this.#readings.values()].flatMap(({ entries }) => [...entries.values()])
      .sort((a, b) => a.after - b.after)
      .map(({ node, text, place, count }) => ({
        node,
        text,
        count,
        ...(place !== undefined && { place }),
      }));
  }

  /** What matters of the error that a node's log ends with, if it ends with one. */
  lastWords(node: string): string[] | undefined {
    const open = this.#readings.get(node)?.open;
    if (open === undefined) return undefined;
    return [open.text, ...open.details, ...(open.frame === undefined ? [] : [open.frame])];
  }
}

function begin(reading: Reading, node: string, text: string): Entry {
  const key = text.replaceAll(/\d+/g, "#");
  const { file, line, rb, rbLine } = INLINE.exec(text)?.groups ?? {};
  const [path, row] = [file ?? rb, line ?? rbLine];
  const entry = reading.entries.get(key) ??
    {
      node,
      text,
      count: 0,
      details: [],
      after: reading.lines,
      ...(path && { place: `${path}:${row}` }),
    };
  if (reading.entries.size < MAX_ERRORS) reading.entries.set(key, entry);
  entry.count++;
  reading.open = entry;
  reading.framed = entry.count > 1;
  return entry;
}

function endTraceback(reading: Reading, node: string, line: string): void {
  const { place, frame } = reading.traceback ?? {};
  delete reading.traceback;
  const entry = begin(reading, node, line);
  reading.framed = true;
  if (place === undefined || entry.place !== undefined) return;
  entry.place = place;
  if (frame !== undefined) entry.frame = frame;
}

interface Frame {
  readonly place: string;
  readonly isOwn: boolean;
}

function frameOf(line: string): Frame | undefined {
  if (!/^(?:\s|from )/.test(line)) return undefined;
  for (const form of FRAMES) {
    const { file, line: row, scope = "" } = form.exec(line)?.groups ?? {};
    if (file === undefined) continue;
    const isProtocol = file.startsWith(PROTOCOL) && !file.slice(PROTOCOL.length).includes("/");
    const isOwn = !isProtocol && !FOREIGN.test(file) && !FOREIGN_SCOPE.test(scope);
    return { place: `${file}:${row}`, isOwn };
  }
  return undefined;
}

function readFrame(reading: Reading, { place, isOwn }: Frame, line: string): void {
  const { open, traceback } = reading;
  if (traceback !== undefined) {
    if (isOwn) reading.traceback = { place, frame: line };
  } else if (open !== undefined) {
    reading.framed = true;
    if (!isOwn || open.frame !== undefined) return;
    open.place ??= place;
    open.frame = line;
  }
}

/** A line that is neither an error's nor a frame: of the error before, or the end of it. */
function readOther(reading: Reading, line: string): void {
  const { open, framed, traceback } = reading;
  if (open === undefined || traceback !== undefined || line.trim() === "") return;
  const isIndented = /^\s/.test(line);
  if (!framed && !MORE.test(line) && !/^[\s^]*$/.test(line)) {
    if (open.details.length < MAX_DETAILS) open.details.push(line);
  } else if (!isIndented && !MORE.test(line) && !/^[\w.*()/]+\(.*\)$/.test(line)) {
    delete reading.open; // an ordinary line: the log does not end with the error
  }
}
