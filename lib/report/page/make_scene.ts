/**
 * Turns a run's history and messages into the columns that pictures are drawn from.
 *
 * @module
 */
import { clip, tally } from "../../checkers/format.ts";
import { type Edn, printEdn } from "../../history/edn.ts";
import type { OpPair } from "../../history/operations.ts";
import { isClient } from "../../message.ts";
import type { MessageJournal, SentMessage } from "../../workbench/message_journal.ts";
import type { RunResult } from "../../workbench/result.ts";
import type { Picture } from "../../workbench/workloads/picture.ts";
import { type Causes, findCauses } from "./causes.ts";
import { findBands } from "./bands.ts";
import type { Finding } from "./findings.ts";
import {
  type DrawnPicture,
  FATES,
  type Lane,
  type Logs,
  type Messages,
  type Moment,
  type Operations,
  OUTCOMES,
  type Scene,
} from "./scene.ts";
import { typeOfMessage } from "./message_types.ts";
import { nearTo, thinPlot } from "./thin.ts";

/** Characters of an operation's value, and of many operations' values. */
const OP_WIDTH = 90;
const OP_WIDTH_OF_MANY = 36;
const MANY_OPERATIONS = 20_000;
/** Characters of a message's fields, and of all of them together. */
const MESSAGE_WIDTH = 120;
const MESSAGE_TEXTS = 1_500_000;
/** Log lines and their characters. */
const MOST_LOGS = 5_000;
const LOG_WIDTH = 160;

export function makeScene(run: RunResult, { journal, operations, findings, pictures }: {
  readonly journal: MessageJournal;
  readonly operations: readonly OpPair[];
  readonly findings: readonly Finding[];
  readonly pictures: readonly Picture[];
}): Omit<Scene, "view"> {
  const { history, nodes, concurrency } = run;
  const clientOf = (process: number) =>
    journal.clients.get(process) ?? `thread ${process % concurrency}`;
  const clients = operations.map(({ invocation }) => clientOf(Number(invocation.process)));
  const lanes = lanesOf(journal, { nodes, clients });
  const laneOf = new Map(lanes.map(({ id }, i) => [id, i]));
  const kinds = [...new Set(operations.map(({ invocation }) => invocation.f))];
  const types = tally(journal.messages.map(({ body }) => typeOfMessage(body))).map(([type]) =>
    type
  );
  const moments = findings.flatMap((finding) => finding.moments);
  const [fromUs, toUs] = extentOf(history, journal);
  const causes = findCauses(journal.messages);
  const messages = messagesOf(journal, { types, laneOf, moments, causes });
  return {
    fromUs,
    toUs,
    kinds,
    operations: operationsOf(operations, { kinds, laneOf, clients }),
    lanes,
    types,
    messages,
    areCausesExact: causes.areExact,
    logs: readLogs(journal, { laneOf, moments }),
    bands: findBands(history, toUs),
    findings: moments,
    marginUs: marginOf(messages),
    pictures: pictures.filter((one): one is DrawnPicture => one.kind !== "drawing")
      .map((one) => one.kind === "plot" ? thinPlot(one) : one),
  };
}

const LEAST_MARGIN_US = 500;

function marginOf({ tookUs }: Messages): number {
  const sorted = tookUs.toSorted((a, b) => a - b);
  return Math.max(
    LEAST_MARGIN_US,
    Math.round(1.2 * (sorted[Math.floor(0.9 * sorted.length)] ?? 0)),
  );
}

function toUs(timeNs: number): number {
  return Math.round(timeNs / 1_000);
}

/** When a run begins and ends, in microseconds. */
export function extentOf(history: RunResult["history"], { messages, logs }: MessageJournal) {
  const last = Math.max(history.at(-1)?.time ?? 0, messages.at(-1)?.sentNs ?? 0, 1_000_000);
  const first = Math.min(0, messages[0]?.sentNs ?? 0, logs[0]?.timeNs ?? 0);
  return [toUs(first), toUs(last)] as const;
}

/** Where the messages are not known, the threads of the run take the place of clients. */
function lanesOf({ messages }: MessageJournal, { nodes, clients: asking }: {
  readonly nodes: readonly string[];
  readonly clients: readonly string[];
}): Lane[] {
  const seen = new Set(messages.flatMap(({ src, dest }) => [src, dest]));
  const compare = (a: string, b: string) => a.localeCompare(b, "en", { numeric: true });
  const clients = [...new Set([...[...seen].filter(isClient), ...asking])].sort(compare);
  const services = [...seen].filter((id) => !isClient(id) && !nodes.includes(id)).sort(compare);
  return [
    ...clients.map((id): Lane => ({ id, kind: "client" })),
    ...nodes.map((id): Lane => ({ id, kind: "node" })),
    ...services.map((id): Lane => ({ id, kind: "service" })),
  ];
}

/** Collects differences between numbers. */
class Differences {
  readonly values: number[] = [];
  #last = 0;

  add(value: number): void {
    this.values.push(value - this.#last);
    this.#last = value;
  }
}

function operationsOf(operations: readonly OpPair[], { kinds, laneOf, clients }: {
  readonly kinds: readonly string[];
  readonly laneOf: ReadonlyMap<string, number>;
  /** Of each operation. */
  readonly clients: readonly string[];
}): Operations {
  const width = operations.length > MANY_OPERATIONS ? OP_WIDTH_OF_MANY : OP_WIDTH;
  const startUs = new Differences();
  for (const { invocation } of operations) startUs.add(toUs(invocation.time));
  return {
    startUs: startUs.values,
    tookUs: operations.map(({ invocation, completion }) =>
      completion === undefined ? -1 : toUs(completion.time) - toUs(invocation.time)
    ),
    kind: operations.map(({ invocation: { f } }) => kinds.indexOf(f)),
    outcome: operations.map(({ completion }) =>
      OUTCOMES.findIndex((name) => name === (completion?.type ?? "open"))
    ),
    process: operations.map(({ invocation }) => Number(invocation.process)),
    lane: clients.map((client) => laneOf.get(client) ?? -1),
    text: operations.map((pair) => clip(describe(pair), width)),
  };
}

/** What an operation asked and got. */
function describe({ invocation, completion = invocation }: OpPair): string {
  const { value, error } = completion;
  return [
    ...(value === null ? [] : [printShort(value)]),
    ...(error === undefined ? [] : [printEdn(error)]),
  ].join(" ");
}

/** Items of a list that say what it holds. */
const SHOWN_ITEMS = 12;

function printShort(value: Edn): string {
  if (!Array.isArray(value) || value.length <= SHOWN_ITEMS) return printEdn(value);
  const shown = value.slice(0, SHOWN_ITEMS).map(printEdn).join(" ");
  return `${value.length} items: [${shown} …]`;
}

interface MessageContext {
  readonly types: readonly string[];
  readonly laneOf: ReadonlyMap<string, number>;
  readonly moments: readonly Moment[];
  readonly causes: Causes;
}

function messagesOf(
  { messages, hidesLosses }: MessageJournal,
  { types, laneOf, moments, causes }: MessageContext,
): Messages {
  const sentUs = new Differences();
  const numbers = (): number[] => [];
  const text: string[] = [];
  const columns = {
    tookUs: numbers(),
    src: numbers(),
    dest: numbers(),
    type: numbers(),
    fate: numbers(),
    answers: numbers(),
    cause: numbers(),
    text,
  };
  const typeOf = new Map(types.map((type, i) => [type, i]));
  const described = chooseDescribed(messages, moments);
  /** The rows of requests, by sender and number. */
  const requests = new Map<string, number>();
  const rows = new Map<number, number>();
  const endless = hidesLosses ? "missing" : "under way";
  for (const [i, message] of messages.entries()) {
    const { src, dest, body } = message;
    const row = columns.src.length;
    const request = body.in_reply_to == null
      ? undefined
      : requests.get(`${dest} ${body.in_reply_to}`);
    if (body.msg_id !== undefined) requests.set(`${src} ${body.msg_id}`, row);
    rows.set(message.id, row);
    const cause = rows.get(causes.ids[i] ?? -1);
    const ends = message.ends.length === 0 ? [undefined] : message.ends;
    for (const end of ends) {
      const at = columns.src.length; // beyond `row` for a duplicate
      sentUs.add(toUs(message.sentNs));
      columns.tookUs.push(end === undefined ? 0 : toUs(end.timeNs) - toUs(message.sentNs));
      columns.src.push(laneOf.get(src) ?? 0);
      columns.dest.push(laneOf.get(dest) ?? 0);
      columns.type.push(typeOf.get(typeOfMessage(body)) ?? 0);
      columns.fate.push(FATES.findIndex((name) => name === (end?.fate ?? endless)));
      columns.answers.push(request === undefined ? 0 : at - request);
      columns.cause.push(cause === undefined || cause === request ? 0 : at - cause);
      columns.text.push(described.has(message.id) ? describeFields(message) : "");
    }
  }
  return { sentUs: sentUs.values, ...columns };
}

/**
 * Which messages there is room to describe: those around findings, then errors, which say why
 * something went as it did, then from the start.
 */
function chooseDescribed(
  messages: readonly SentMessage[],
  moments: readonly Moment[],
): ReadonlySet<number> {
  const isNear = nearTo(moments);
  const near = messages.filter(({ sentNs }) => isNear(toUs(sentNs)));
  const chosen = new Set<number>();
  let room = MESSAGE_TEXTS;
  const errors = messages.filter(({ body }) => body.type === "error");
  for (const message of [...near, ...errors, ...messages]) {
    if (chosen.has(message.id)) continue;
    room -= Math.min(MESSAGE_WIDTH, 30 + JSON.stringify(message.body).length);
    if (room < 0) break;
    chosen.add(message.id);
  }
  return chosen;
}

/** The fields of a message as a person reads them: never empty. */
function describeFields({ body, isOutline }: SentMessage): string {
  const { type, msg_id, in_reply_to, ...others } = body;
  const { code: _, ...said } = others;
  const fields = type === "error" ? said : others; // its type has the code
  const text = Object.entries(fields).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const ids = [
    ...(msg_id === undefined ? [] : [`#${msg_id}`]),
    ...(in_reply_to === undefined ? [] : [`re #${in_reply_to}`]),
  ];
  const words = isOutline ? ["(too long to keep)"] : text.length === 0 ? ["(no fields)"] : text;
  return clip([...ids, ...words].join(" "), MESSAGE_WIDTH);
}

/** The lines around findings, and as many of the last as there is room for. */
function readLogs(
  { logs }: MessageJournal,
  { laneOf, moments }: Pick<MessageContext, "laneOf" | "moments">,
): Logs {
  const isNear = nearTo(moments);
  const near = logs.filter(({ timeNs }) => isNear(toUs(timeNs))).slice(0, MOST_LOGS);
  const last = logs.slice(near.length - MOST_LOGS);
  const chosen = new Set([...near, ...(near.length < MOST_LOGS ? last : [])]);
  const kept = logs.filter((line) => chosen.has(line));
  const timeUs = new Differences();
  for (const { timeNs } of kept) timeUs.add(toUs(timeNs));
  return {
    timeUs: timeUs.values,
    lane: kept.map(({ node }) => laneOf.get(node) ?? 0),
    text: kept.map(({ line }) => clip(line, LOG_WIDTH)),
    leftOut: logs.length - kept.length,
  };
}
