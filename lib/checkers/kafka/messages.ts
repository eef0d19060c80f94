/**
 * What the operations of a kafka history sent and polled.
 *
 * A send's value is `[[:send key message]]` and, once acknowledged, `[[:send key [offset message]]]`.
 * A completed poll's is `[[:poll {key [[offset message] …] …}]]`, an open one's `[[:poll]]`.
 *
 * @module
 */
import { mapOrder } from "../../history/clojure_order.ts";
import { type Edn, entriesOf, Keyword } from "../../history/edn.ts";
import { type Key, keyOf } from "../../history/equality.ts";
import { type Op, pairs } from "../../history/operations.ts";

/** A message, and its offset where it is known. */
export interface Message {
  readonly offset: number | undefined;
  readonly value: Edn;
}

/** Messages by key, the keys in the order Clojure walks them. */
export type MessagesByKey = ReadonlyMap<Edn, readonly Message[]>;

/** A client operation that has completed, with what it sent and polled. */
export interface Completion {
  readonly op: Op;
  readonly invocation: Op;
  readonly process: number;
  readonly sends: MessagesByKey;
  readonly polls: MessagesByKey;
}

/** Collects the completed client operations of a history, by completion. */
export function completions(history: readonly Op[]): Completion[] {
  const completed: Completion[] = [];
  const unify = unifier();
  for (const { invocation, completion: op } of pairs(history)) {
    if (op === undefined || op.process === "nemesis") continue;
    const sends = op.f === "send" ? sentBy(op, unify) : NONE;
    const polls = op.f === "poll" ? polledBy(op, unify) : NONE;
    completed.push({ op, invocation, process: op.process, sends, polls });
  }
  return completed.sort((a, b) => a.op.index - b.op.index);
}

const NONE: MessagesByKey = new Map();

/** Returns for equal values the same one, so that a `Map` and `===` tell whether they are equal. */
type Unify = (value: Edn) => Edn;

function unifier(): Unify {
  const known = new Map<Key, Edn>();
  return (value) => {
    const key = keyOf(value);
    return key === value ? value : getOrMake(known, key, () => value);
  };
}

function sentBy(op: Op, unify: Unify): MessagesByKey {
  const sends = new Map<Edn, Message[]>();
  for (const [name, key = null, sent = null] of microOps(op)) {
    if (isKeyword(name, "send")) push(sends, unify(key), messageFrom(sent, unify));
  }
  return inMapOrder(sends);
}

/** Reads what an operation polled; of equal values only those that are their own keys are the same. */
export function polledBy(op: Op, unify: Unify = (value) => value): MessagesByKey {
  const polls = new Map<Edn, Message[]>();
  for (const [name, polled = null] of microOps(op)) {
    if (!isKeyword(name, "poll")) continue;
    for (const [given, messages] of entriesOf(polled)) {
      const key = unify(given);
      const list = polls.get(key) ?? [];
      polls.set(key, list);
      if (isVector(messages)) {
        for (const message of messages) list.push(messageFrom(message, unify));
      }
    }
  }
  return inMapOrder(polls);
}

/** Reads a sent or polled message: `[offset message]`, or the message alone. */
function messageFrom(edn: Edn, unify: Unify): Message {
  if (!isVector(edn)) return { offset: undefined, value: unify(edn) };
  const [offset, value = null] = edn;
  return { offset: typeof offset === "number" ? offset : undefined, value: unify(value) };
}

function microOps(op: Op): (readonly Edn[])[] {
  return isVector(op.value) ? op.value.filter(isVector) : [];
}

function isKeyword(edn: Edn | undefined, name: string): boolean {
  return edn instanceof Keyword && edn.name === name;
}

function isVector(edn: Edn): edn is readonly Edn[] {
  return Array.isArray(edn);
}

function inMapOrder(map: ReadonlyMap<Edn, readonly Message[]>): MessagesByKey {
  return map.size <= 1
    ? map
    : new Map(mapOrder(map.keys()).map((key) => [key, map.get(key) ?? []]));
}

/** Appends to the list a map holds under a key. */
export function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Returns the value a map holds under a key, made where there is none yet. */
export function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, value = make());
  return value;
}
