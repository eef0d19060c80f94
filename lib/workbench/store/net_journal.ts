/**
 * Maelstrom's own journal of messages, `net-journal/` in a run's folder: a file in Fressian for each
 * of its threads, which tell when each message was sent and received.
 *
 * Its times count from a point of its own. A client sends its request right after the history says
 * so, which gives the difference; and which client makes the operations of a process is seen from
 * who sends when.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Op, type OpPair, pairs } from "../../history/operations.ts";
import { type Body, isClient } from "../../message.ts";
import type { MessageJournal, SentMessage } from "../message_journal.ts";
import { type Fressian, readFressian, Structure } from "./fressian.ts";

/** Its name in the run's folder. */
export const NET_JOURNAL = "net-journal";

/** Messages that are kept, from the start of the run. */
const MOST_MESSAGES = 500_000;

/**
 * Reads the journal in a folder of Maelstrom's; `undefined` where there is none.
 *
 * @throws {MalformedFressian} if a file of it is damaged.
 */
export function readNetJournal(dir: string, history: readonly Op[]): MessageJournal | undefined {
  const folder = join(dir, NET_JOURNAL);
  if (!existsSync(folder)) return undefined;
  const sent = new Map<number, SentMessage & { ends: SentMessage["ends"][number][] }>();
  const received = new Map<number, number>();
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".fressian"))) {
    for (const value of readFressian(readFileSync(join(folder, name)))) {
      const event = eventOf(value);
      if (event === undefined) continue;
      const { timeNs, type, id, src, dest, body } = event;
      if (type === "recv") received.set(id, timeNs);
      else sent.set(id, { id, src, dest, body, sentNs: timeNs, isOutline: false, ends: [] });
    }
  }
  const inOrder = [...sent.values()].sort((a, b) => a.sentNs - b.sentNs || a.id - b.id);
  const kept = inOrder.slice(0, MOST_MESSAGES);
  const { requests, operations } = pairUp(kept, pairs(history));
  const originNs = findOrigin(requests, operations);
  const messages = kept.map((message): SentMessage => {
    const timeNs = received.get(message.id);
    return {
      ...message,
      sentNs: message.sentNs - originNs,
      ends: timeNs === undefined ? [] : [{ fate: "recv", timeNs: timeNs - originNs }],
    };
  });
  const clients = findClients(pairUp(messages, operations).requests, operations);
  const leftOut = inOrder.length - kept.length;
  return { messages, logs: [], clients, leftOut, hidesLosses: true };
}

interface Event {
  readonly timeNs: number;
  readonly type: string;
  readonly id: number;
  readonly src: string;
  readonly dest: string;
  readonly body: Body;
}

/** An event is `ev` of number, time, type and message; a message `msg` of id, source, destination, body. */
function eventOf(value: Fressian): Event | undefined {
  if (!(value instanceof Structure) || value.tag !== "ev") return undefined;
  const [, timeNs, type, message] = value.fields;
  if (!(message instanceof Structure) || message.tag !== "msg") return undefined;
  const [id, src, dest, body] = message.fields;
  if (!isBody(body) || typeof src !== "string" || typeof dest !== "string") return undefined;
  return { timeNs: Number(timeNs), type: String(type), id: Number(id), src, dest, body };
}

function isBody(value: Fressian | undefined): value is Body & Fressian {
  return typeof value === "object" && value !== null && "type" in value &&
    typeof value.type === "string";
}

/** Keeps requests that are named as operations are, and operations named as requests: one for each. */
function pairUp(messages: readonly SentMessage[], operations: readonly OpPair[]) {
  const names = new Set(operations.map(({ invocation }) => invocation.f));
  const requests = messages.filter(({ src, body: { type } }) => isClient(src) && names.has(type));
  const types = new Set(requests.map(({ body }) => body.type));
  return { requests, operations: operations.filter(({ invocation: { f } }) => types.has(f)) };
}

/**
 * When the history begins, by the journal's clock. No client sends before its operation is in the
 * history: where there is a request for each operation, the shortest time between them, in order, is
 * the best estimate.
 */
function findOrigin(requests: readonly SentMessage[], operations: readonly OpPair[]): number {
  const apart = operations.flatMap(({ invocation }, i) => {
    const request = requests[i];
    return request === undefined ? [] : [request.sentNs - invocation.time];
  });
  const [first = requests[0]?.sentNs ?? 0] = apart;
  return requests.length === operations.length
    ? apart.reduce((a, b) => Math.min(a, b), first)
    : first;
}

/**
 * Finds the client of each process: of those that send such a request while its operations are under
 * way, the one that does so soonest after them, as a rule.
 */
function findClients(
  requests: readonly SentMessage[],
  operations: readonly OpPair[],
): ReadonlyMap<number, string> {
  const votes = new Map<number, Map<string, number>>();
  let next = 0;
  for (const { invocation: { process, time, f }, completion } of operations) {
    while ((requests[next]?.sentNs ?? Infinity) < time) next++;
    const own = votes.get(Number(process)) ?? new Map<string, number>();
    votes.set(Number(process), own);
    // In squares, all others together weigh less than the first, however long this one waits.
    let rank = 0;
    for (const { src, sentNs, body } of requests.slice(next, next + NEIGHBOURS)) {
      if (sentNs > (completion?.time ?? Infinity)) break;
      if (body.type === f) own.set(src, (own.get(src) ?? 0) + 1 / ++rank ** 2);
    }
  }
  return new Map([...votes].flatMap(([process, own]) => {
    const [most] = [...own].sort(([, a], [, b]) => b - a);
    return most === undefined ? [] : [[process, most[0]] as const];
  }));
}

/** Requests that are looked at after an invocation. */
const NEIGHBOURS = 20;
