/**
 * What clients use in the histories that checkers are measured with: registers, lists, a log, a set.
 *
 * @module
 */
import { type Edn, itemsOf, keyword } from "../../../lib/history/edn.ts";
import type { Random } from "../../../lib/workbench/random.ts";
import type { Request, Target } from "./executions.ts";

/** Names of lin-kv's operations. */
const REGISTER_OPERATIONS = ["read", "write", "cas"] as const;

/** A store of registers, as of the lin-kv workload; without `values`, each write is of a new one. */
export function registers(
  { keys = 1, values, fs = REGISTER_OPERATIONS }: {
    readonly keys?: number;
    readonly values?: number;
    readonly fs?: readonly string[];
  },
): Target {
  const held = new Map<Edn, number>();
  let last = 0;
  return {
    request(random) {
      const key = random.int(keys);
      const f = random.pick(fs);
      const fresh = () => values === undefined ? ++last : random.int(values);
      const likely = values === undefined ? last : random.int(values);
      const value = f === "read" ? null : f === "write" ? fresh() : [likely, fresh()];
      return { f, value: [key, value] };
    },
    take({ f, value }) {
      const [key = null, asked = null] = itemsOf(value);
      if (f === "read") return [key, held.get(key) ?? null];
      const [from, to] = f === "write" ? [held.get(key), asked] : itemsOf(asked);
      if (held.get(key) !== from || typeof to !== "number") return "fail";
      held.set(key, to);
      return [key, asked];
    },
  };
}

/** How many writes a key of the transactional workloads gets before another takes its place. */
const WRITES_PER_KEY = 32;
const KEYS_AT_A_TIME = 10;

/** Lists to which transactions append, or registers to which they write: of new values always. */
export function transactional(write: "append" | "w"): Target {
  const held = new Map<Edn, Edn>();
  const keys = Array.from({ length: KEYS_AT_A_TIME }, (_, key) => ({ key, writes: 0 }));
  let nextKey = KEYS_AT_A_TIME;
  const request = (random: Random): Edn => {
    const slot = random.pick(keys);
    if (random.chance(0.5)) return [keyword("r"), slot.key, null];
    if (slot.writes === WRITES_PER_KEY) Object.assign(slot, { key: nextKey++, writes: 0 });
    return [keyword(write), slot.key, ++slot.writes];
  };
  return {
    request: (random) => ({
      f: "txn",
      value: Array.from({ length: 1 + random.int(4) }, () => request(random)),
    }),
    take: ({ value }) =>
      itemsOf(value).map((mop) => {
        const [f = null, key = null, written = null] = itemsOf(mop);
        if (f === keyword("r")) return [f, key, held.get(key) ?? null];
        const list = itemsOf(held.get(key));
        held.set(key, write === "append" ? [...list, written] : written);
        return mop;
      }),
  };
}

const LOG_KEYS = 8;
/** Messages of one key in one reply. */
const POLL_LIMIT = 16;

/** How many operations at the end are polls, so that every message is seen. */
const LAST_POLLS = 100;

/** A log, as of the kafka workload: each client polls all keys, from where it stopped. */
export function log(operations: number): Target {
  const messages = Array.from({ length: LOG_KEYS }, (): number[] => []);
  const sent = messages.map(() => 0);
  const positions = new Map<number, number[]>();
  let asked = 0;
  return {
    request(random): Request {
      const isPoll = random.chance(0.5) || asked > operations - LAST_POLLS;
      asked++;
      if (isPoll) return { f: "poll", value: [[keyword("poll")]] };
      const key = random.int(LOG_KEYS);
      const message = sent[key] = (sent[key] ?? 0) + 1;
      return { f: "send", value: [[keyword("send"), `${key}`, message]] };
    },
    take({ f, value }, client) {
      if (f === "send") {
        const [send = null, key = null, message = null] = itemsOf(itemsOf(value)[0]);
        const offset = (messages[Number(key)]?.push(Number(message)) ?? 0) - 1;
        return [[send, key, [offset, message]]];
      }
      const from = positions.get(client) ?? messages.map(() => 0);
      const polled = messages.map((ofKey, key) => {
        const start = from[key] ?? 0;
        return ofKey.slice(start, start + POLL_LIMIT).map((message, i) => [start + i, message]);
      });
      positions.set(client, polled.map((ofKey, key) => (from[key] ?? 0) + ofKey.length));
      const entries = polled.map((ofKey, key): [Edn, Edn] => [`${key}`, ofKey]);
      return [[keyword("poll"), new Map(entries.filter(([, ofKey]) => itemsOf(ofKey).length > 0))]];
    },
  };
}

/** A set, some of whose `operations` are reads: about `reads` in all, and as many at the end. */
export function set(operations: number, reads: number): Target {
  const held: number[] = [];
  let asked = 0;
  return {
    request(random) {
      const isRead = random.chance(reads / operations) || asked > operations - reads;
      asked++;
      return isRead ? { f: "read", value: null } : { f: "add", value: asked };
    },
    take({ f, value }) {
      if (f === "read") return [...held];
      if (typeof value === "number") held.push(value);
      return value;
    },
  };
}
