/**
 * Histories for tests: written as a transcript, or recorded by Maelstrom.
 *
 * @module
 */
import { type Edn, type EdnObject, isEdnObject, keyword, parseEdn } from "../history/edn.ts";
import { NS_PER_MS, type Op, opFromEdn, parseHistory } from "../history/operations.ts";

const LINE = /^(\S+)\s+(\S+)\s+(invoke|ok|fail|info)\s+(\S+)\s*(.*)$/;

/**
 * Parses a history from lines of `MILLISECONDS PROCESS TYPE F [VALUE [EXTRA]]`, value and extra keys in EDN:
 *
 *     0   0 invoke add 7
 *     5   0 ok     add 7
 *     9   1 ok     read [7] {:final? true}
 */
export function transcript(text: string): Op[] {
  return text.trim().split("\n").map((line, index) => {
    const [, ms, process = "", type = "", f = "", rest = ""] = LINE.exec(line.trim()) ?? [];
    if (ms === undefined) throw new SyntaxError(`not a line of a transcript: ${line}`);
    const values = parseEdn(`[${rest}]`);
    const [value, extra = {}]: readonly Edn[] = Array.isArray(values) ? values : [];
    return opFromEdn({
      index,
      time: Math.round(Number(ms) * NS_PER_MS),
      type: keyword(type),
      process: process === "nemesis" ? keyword(process) : Number(process),
      f: keyword(f),
      value: value ?? null,
      ...(isEdnObject(extra) ? extra : {}),
    });
  });
}

/** Reads a run that Maelstrom recorded from `testdata/`, such as `echo/changed-type`. */
export function recorded(run: string): { history: Op[]; results: EdnObject } {
  const read = (file: string) =>
    Deno.readTextFileSync(new URL(`testdata/${run}/${file}`, import.meta.url));
  const results = parseEdn(read("results.edn"));
  if (!isEdnObject(results)) throw new TypeError(`${run}: results.edn does not hold a map`);
  return { history: parseHistory(read("history.edn")), results };
}
