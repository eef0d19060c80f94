/**
 * The kafka checker's results in words.
 *
 * @module
 */
import { type Edn, type EdnObject, isEdnObject, itemsOf, printEdn } from "../../history/edn.ts";
import { type Op, opFromEdn } from "../../history/operations.ts";
import type { Explain } from "../checker.ts";
import { formatEvent, formatSeconds } from "../format.ts";
import { type Completion, completions, type Message, polledBy } from "./messages.ts";

/** How many errors of one type are explained; the rest are counted. */
const EXPLAINED = 3;

/**
 * Says what each error type of a kafka result means, with its first errors: which message, who sent it
 * and when, who polled past it. Times are seconds since the start of the run.
 */
export const explainKafka: Explain = (result, history): string[] => {
  const hasErrors = itemsOf(result["error-types"]).length > 0;
  const known = hasErrors && history !== undefined ? completions(history) : [];
  const lines: string[] = [];
  for (const [type, explain] of Object.entries(EXPLANATIONS)) {
    const entry = result[type];
    if (!isEdnObject(entry)) continue;
    const explained = errorsOf(entry).slice(0, EXPLAINED).map((error) => explain(error, known));
    lines.push(...explained.map((line) => `${type}: ${line}.`));
    lines.push(...rest(type, explained.length, entry));
  }
  if (isEdnObject(result["unseen"])) lines.push(...explainUnseen(result["unseen"], known));
  if (result["empty-transaction-graph"] !== undefined) {
    lines.push("empty-transaction-graph: no send or poll followed another, so nothing was tested.");
  }
  if (isEdnObject(result["error"])) lines.push(explainFailure(result["error"]));
  return lines;
};

type ExplainError = (error: EdnObject, history: readonly Completion[]) => string;

/** The sentence for each error type, worst first. */
const EXPLANATIONS: Readonly<Record<string, ExplainError>> = {
  "lost-write": ({ key, value, writer, "max-read": past }) =>
    `${message(value, key)} is lost: ${
      sendOf(writer, value)
    }, and no poll ever returned it, though ` +
    `${polledPast(past, key)}`,
  "inconsistent-offsets": ({ key, offset, values }, history) =>
    `offset ${show(offset)} of key ${show(key)} holds ${itemsOf(values).map(show).join(" and ")}` +
    witnesses(history, key, ([sent]) => sent === offset),
  "duplicate": ({ key, value, offsets }) =>
    `${message(value, key)} appears ${itemsOf(offsets).length} times in the log, at offsets ` +
    itemsOf(offsets).map(show).join(", "),
  "G1a": ({ key, value, writer, reader }) =>
    `${message(value, key)} was polled by ${who(reader)}, though ${sendOf(writer, value)}`,
  "G1c-realtime": ({ cycle }) =>
    "operations each of which comes before the next, and the last before the first: " +
    itemsOf(cycle).map(who).join(", then ") + "; a message was polled before it was sent",
  "poll-skip": ({ key, skipped, ops }) => {
    const [before, after] = itemsOf(ops);
    return `polling key ${show(key)}, ${who(after)} went on from its poll at ${when(before)} ` +
      `without ${missed(skipped)}`;
  },
  "int-poll-skip": ({ key, values, skipped, op }) =>
    `one poll of key ${show(key)} by ${who(op)} went ${fromTo(values)} without ${missed(skipped)}`,
  "nonmonotonic-poll": ({ key, values, ops }) => {
    const [before, after] = itemsOf(ops);
    return `polling key ${show(key)}, ${who(after)} ${backwards(values)}, where its poll at ` +
      `${when(before)} had ended`;
  },
  "int-nonmonotonic-poll": ({ key, values, op }) =>
    `one poll of key ${show(key)} by ${who(op)} ${backwards(values)}`,
  "nonmonotonic-send": ({ key, values, ops }) => {
    const [before, after] = itemsOf(ops);
    const [first = null, second = null] = itemsOf(values);
    return `sending to key ${show(key)}, ${who(after)} was given a place for ${
      show(second)
    } in the log ` +
      `that is not after ${show(first)}, which it had sent at ${when(before)}`;
  },
  "int-nonmonotonic-send": ({ key, values, op }) =>
    `one send to key ${show(key)} by ${who(op)} went back ${fromTo(values)}`,
};

function rest(type: string, explained: number, { count }: EdnObject): string[] {
  const left = typeof count === "number" ? count - explained : 0;
  return left > 0 ? [`${type}: and ${left} more.`] : [];
}

/** Types of errors, the worst first. */
export function worstErrorsFirst(types: readonly string[]): string[] {
  const known = Object.keys(EXPLANATIONS);
  const rank = (type: string) => known.includes(type) ? known.indexOf(type) : known.length;
  return types.toSorted((a, b) => rank(a) - rank(b));
}

function explainUnseen({ unseen, messages }: EdnObject, history: readonly Completion[]): string[] {
  if (!(unseen instanceof Map) || !(messages instanceof Map)) return [];
  const total = [...unseen.values()].reduce((sum, count) => sum + Number(count), 0);
  const lines = [...messages].slice(0, EXPLAINED).map(([key, values]) => {
    const all = itemsOf(values);
    const [first = null] = all;
    const sent = history.find(({ op, sends }) =>
      op.type === "ok" && sends.get(key)?.some(([, value]) => value === first)
    );
    const by = sent === undefined ? "" : `; ${sendOfOp(sent.op, first)}`;
    return `unseen: key ${show(key)} has ${show(unseen.get(key) ?? 0)} acknowledged but never ` +
      `polled, from message ${show(first)} on${by}.`;
  });
  const keys = unseen.size - lines.length;
  const more = `unseen: ${total} messages of ${unseen.size} keys in all.`;
  return keys > 0 ? [...lines, more] : lines;
}

function explainFailure({ via, data, cause = null }: EdnObject): string {
  if (printEdn(via ?? null).includes("NullPointerException")) {
    return "unknown: no client did anything; Maelstrom's checker gives up on such a history.";
  }
  if (isEdnObject(data) && data["value"] !== undefined) {
    return `unknown: ${message(data["value"], data["key"])} was polled, but nobody ever sent it; ` +
      "Maelstrom's checker gives up on such a history.";
  }
  if (cause === null) {
    return "unknown: a key was polled, but every poll of it came back as an empty list; Maelstrom's " +
      "checker gives up on such a history (leave out keys that have nothing to return).";
  }
  return `unknown: the checker failed: ${printEdn(cause)}.`;
}

/** Names the first send or poll of each message that matches. */
function witnesses(
  history: readonly Completion[],
  key: Edn | undefined,
  matches: (message: Message) => boolean,
): string {
  const first = new Map<Edn, string>();
  for (const { op, sends, polls } of history) {
    if (key === undefined || op.type === "fail") continue;
    for (const [byKey, verb] of [[sends, "sent"], [polls, "polled"]] as const) {
      for (const found of byKey.get(key)?.filter(matches) ?? []) {
        const [, value] = found;
        if (first.has(value)) continue;
        first.set(value, `${show(value)} ${verb} by ${formatEvent(op)}`);
      }
    }
  }
  return first.size === 0 ? "" : `: ${[...first.values()].join(", ")}`;
}

function message(value: Edn | undefined, key: Edn | undefined): string {
  return `message ${show(value)} of key ${show(key)}`;
}

function sendOf(writer: Edn | undefined, value: Edn | undefined): string {
  const op = asOp(writer);
  return op === undefined ? "its send is not known" : sendOfOp(op, value);
}

function sendOfOp(op: Op, value: Edn | undefined): string {
  const sender = `process ${op.process}`;
  switch (op.type) {
    case "ok":
      return `${sender} had its send of ${show(value)} acknowledged${atOffset(op)} at ${
        formatSeconds(op.time)
      }`;
    case "fail":
      return `${sender}'s send of it had failed at ${formatSeconds(op.time)}`;
    default:
      return `${sender}'s send of it had no answer, but took effect`;
  }
}

function atOffset({ value }: Op): string {
  const [sent] = itemsOf(value);
  const [offset] = itemsOf(itemsOf(sent)[2]);
  return typeof offset === "number" ? ` (offset ${offset})` : "";
}

function polledPast(past: Edn | undefined, key: Edn | undefined): string {
  const op = asOp(past);
  if (op === undefined || key === undefined) return "later messages were polled";
  const [offset, value] = polledBy(op).get(key)?.at(-1) ?? [null];
  return `${formatEvent(op)} had polled as far as message ${show(value)}` +
    (offset === null ? "" : ` (offset ${offset})`);
}

function missed(skipped: Edn | undefined): string {
  const all = itemsOf(skipped);
  const shown = all.slice(0, 5).map(show).join(", ");
  const noun = all.length === 1 ? "message" : `${all.length} messages,`;
  return `${noun} ${shown}${all.length > 5 ? " …" : ""}`;
}

function fromTo(values: Edn | undefined): string {
  const [from, to] = itemsOf(values);
  return `from ${show(from)} to ${show(to)}`;
}

function backwards(values: Edn | undefined): string {
  const [from, to] = itemsOf(values);
  return from === to ? `repeated message ${show(to)}` : `went back ${fromTo(values)}`;
}

function who(op: Edn | undefined): string {
  const known = asOp(op);
  return known === undefined ? "some process" : formatEvent(known);
}

function when(op: Edn | undefined): string {
  const known = asOp(op);
  return known === undefined ? "an unknown time" : formatSeconds(known.time);
}

function asOp(edn: Edn | undefined): Op | undefined {
  return edn === undefined || edn === null ? undefined : opFromEdn(edn);
}

function errorsOf({ errs }: EdnObject): EdnObject[] {
  return itemsOf(errs).filter(isEdnObject);
}

function show(edn: Edn | undefined): string {
  return printEdn(edn ?? null);
}
