/**
 * The RPCs of Maelstrom's workloads and services: what clients ask of nodes, and nodes of services.
 *
 * @module
 */
import {
  array,
  boolean,
  integer,
  json,
  nullable,
  oneOf,
  optional,
  record,
  rpc,
  type Shape,
  string,
  tuple,
} from "./rpc.ts";

/** `init`: the first message to every node; the library answers it. */
export const Init = {
  init: rpc("init", { node_id: string, node_ids: array(string) }, {}),
};

/** Workload `echo`: a node replies with what it was sent. */
export const Echo = {
  echo: rpc("echo", { echo: json }, { echo: json }),
};

/** Workload `unique-ids`: no two replies are ever the same. */
export const UniqueIds = {
  generate: rpc("generate", {}, { id: json }),
};

/** Workload `broadcast`: every value reaches every node. */
export const Broadcast = {
  /** Suggests each node's neighbours; sent once, before any other request. */
  topology: rpc("topology", { topology: record(array(string)) }, {}),
  broadcast: rpc("broadcast", { message: integer }, {}),
  read: rpc("read", {}, { messages: array(integer) }),
};

/** Workload `g-set`: a set that only grows. */
export const GSet = {
  add: rpc("add", { element: integer }, {}),
  read: rpc("read", {}, { value: array(integer) }),
};

/** Workloads `g-counter` and `pn-counter`; in the first, no delta is negative. */
export const Counter = {
  add: rpc("add", { delta: integer }, {}),
  read: rpc("read", {}, { value: integer }),
};

/**
 * Workload `lin-kv`: a linearizable key-value store. Errors: 20 if the key does not exist, 22 if it
 * does not hold `from`.
 */
export const LinKv = {
  read: rpc("read", { key: json }, { value: json }),
  write: rpc("write", { key: json, value: json }, {}),
  cas: rpc("cas", { key: json, from: json, to: json }, {}),
};

/** Workload `kafka`: logs by key, each message at an offset. */
export const Kafka = {
  send: rpc("send", { key: string, msg: integer }, { offset: integer }),
  /**
   * Returns pairs of offset and message from each key's offset on, in order, as few as the node
   * likes.
   */
  poll: rpc("poll", { offsets: record(integer) }, {
    msgs: record(array(tuple<[offset: number, msg: number]>(integer, integer))),
  }),
  commit_offsets: rpc("commit_offsets", { offsets: record(integer) }, {}),
  list_committed_offsets: rpc("list_committed_offsets", { keys: array(string) }, {
    offsets: record(integer),
  }),
};

/** A micro-operation of `txn-rw-register`: read (null in a request), or write. */
export type RegisterOp = ["r" | "w", key: number, value: number | null];

const registerTxn = array(tuple<RegisterOp>(oneOf("r", "w"), integer, nullable(integer)));

/** Workload `txn-rw-register`: transactions over registers. */
export const TxnRwRegister = {
  txn: rpc("txn", { txn: registerTxn }, { txn: registerTxn }),
};

/**
 * A micro-operation of `txn-list-append`: read a list (null in a request), or append an element.
 */
export type ListOp =
  | ["r", key: number, value: number[] | null]
  | ["append", key: number, value: number];

const read = nullable(array(integer));

/** The shape of a {@linkcode ListOp}. */
export const listOp: Shape<ListOp> = {
  problem(value, path) {
    const argument = Array.isArray(value) && value[0] === "append" ? integer : read;
    const op = tuple<[string, number, unknown]>(oneOf("r", "append"), integer, argument);
    return op.problem(value, path);
  },
};

/** Workload `txn-list-append`: transactions over lists that only grow. */
export const TxnListAppend = {
  txn: rpc("txn", { txn: array(listOp) }, { txn: array(listOp) }),
};

/** The services `lin-kv`, `seq-kv` and `lww-kv`. */
export const KvService = {
  read: rpc("read", { key: json }, { value: json }),
  write: rpc("write", { key: json, value: json }, {}),
  cas: rpc("cas", {
    key: json,
    from: json,
    to: json,
    create_if_not_exists: optional(boolean),
  }, {}),
};

/** The service `lin-tso`: hands out timestamps 0, 1, 2, … */
export const TsoService = {
  ts: rpc("ts", {}, { ts: integer }),
};
