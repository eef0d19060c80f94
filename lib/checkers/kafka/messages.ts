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

/** A message after its offset, or after `null` where that is not known. */
export type Message = readonly [offset: number | null, value: Edn];

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
    const { process } = op;
    const polls = op.f === "poll" ? polledBy(op, unify) : NONE;
    completed.push(
      op.f === "send"
        ? new SendCompletion({ op, invocation, process }, unify)
        : { op, invocation, process, sends: NONE, polls },
    );
  }
  return completed.sort((a, b) => a.op.index - b.op.index);
}

const NONE: MessagesByKey = new Map();

/** A send, which tells anew each time what it sent, since to remember it would take much memory. */
class SendCompletion implements Completion {
  readonly op: Op;
  readonly invocation: Op;
  readonly process: number;
  readonly polls = NONE;
  readonly #unify: Unify;

  constructor({ op, invocation, process }: Omit<Completion, "sends" | "polls">, unify: Unify) {
    this.op = op;
    this.invocation = invocation;
    this.process = process;
    this.#unify = unify;
  }

  get sends(): MessagesByKey {
    return sentBy(this.op, this.#unify);
  }
}

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

/**
 * Reads what an operation polled; of equal values only those that are their own keys are the same. Where
 * the history has it in this very form, as most have, it is not copied.
 */
export function polledBy(op: Op, unify: Unify = (value) => value): MessagesByKey {
  const polls = new Map<Edn, readonly Message[]>();
  const all = microOps(op);
  for (const [name, polled = null] of all) {
    if (!isKeyword(name, "poll")) continue;
    if (all.length === 1 && areMessagesByKey(polled)) return inMapOrder(polled);
    for (const [given, messages] of entriesOf(polled)) {
      const key = unify(given);
      const read = isVector(messages) ? messages.map((one) => messageFrom(one, unify)) : [];
      polls.set(key, [...polls.get(key) ?? [], ...read]);
    }
  }
  return inMapOrder(polls);
}

function areMessagesByKey(edn: Edn): edn is MessagesByKey {
  if (!(edn instanceof Map)) return false;
  for (const [key, messages] of edn) {
    if (keyOf(key) !== key || !isVector(messages) || !messages.every(isMessage)) return false;
  }
  return true;
}

/** Returns whether a value is a message that equals no other unless it is the same. */
function isMessage(edn: Edn): edn is Message {
  if (!isVector(edn) || edn.length !== 2 || typeof edn[0] !== "number") return false;
  const [, value = null] = edn;
  return keyOf(value) === value;
}

/** Reads a sent or polled message: `[offset message]`, or the message alone. */
function messageFrom(edn: Edn, unify: Unify): Message {
  if (!isVector(edn)) return [null, unify(edn)];
  const [offset, value = null] = edn;
  return [typeof offset === "number" ? offset : null, unify(value)];
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
