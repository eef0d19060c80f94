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
  type Rpc,
  rpc,
  type RpcOf,
  type Shape,
  type Shapes,
  string,
  tuple,
} from "./rpc.ts";
import type { Json } from "./message.ts";

/** `init`: the first message to every node; the library answers it. */
export const Init: {
  /** Tells a node its id, and those of all nodes. */
  readonly init: RpcOf<"init", { node_id: string; node_ids: string[] }, unknown>;
} = {
  init: rpc("init", { node_id: string, node_ids: array(string) }, {}),
};

/** Workload `echo`: a node replies with what it was sent. */
export const Echo: {
  /** Asks for the same text back. */
  readonly echo: RpcOf<"echo", { echo: Json }, { echo: Json }>;
} = {
  echo: rpc("echo", { echo: json }, { echo: json }),
};

/** Workload `unique-ids`: no two replies are ever the same. */
export const UniqueIds: {
  /** Asks for a new id. */
  readonly generate: RpcOf<"generate", unknown, { id: Json }>;
} = {
  generate: rpc("generate", {}, { id: json }),
};

/** Workload `broadcast`: every value reaches every node. */
export const Broadcast: {
  /** Suggests each node's neighbours; sent once, before any other request. */
  readonly topology: RpcOf<"topology", { topology: Record<string, string[]> }, unknown>;
  /** Gives a value to one node. */
  readonly broadcast: RpcOf<"broadcast", { message: number }, unknown>;
  /** Asks a node for all values. */
  readonly read: RpcOf<"read", unknown, { messages: number[] }>;
} = {
  topology: rpc("topology", { topology: record(array(string)) }, {}),
  broadcast: rpc("broadcast", { message: integer }, {}),
  read: rpc("read", {}, { messages: array(integer) }),
};

/** Workload `g-set`: a set that only grows. */
export const GSet: {
  /** Adds an element. */
  readonly add: RpcOf<"add", { element: number }, unknown>;
  /** Asks for all elements. */
  readonly read: RpcOf<"read", unknown, { value: number[] }>;
} = {
  add: rpc("add", { element: integer }, {}),
  read: rpc("read", {}, { value: array(integer) }),
};

/** Workloads `g-counter` and `pn-counter`; in the first, no delta is negative. */
export const Counter: {
  /** Changes the counter. */
  readonly add: RpcOf<"add", { delta: number }, unknown>;
  /** Asks for the sum of all changes. */
  readonly read: RpcOf<"read", unknown, { value: number }>;
} = {
  add: rpc("add", { delta: integer }, {}),
  read: rpc("read", {}, { value: integer }),
};

/**
 * Workload `lin-kv`: a linearizable key-value store. Errors: 20 if the key does not exist, 22 if it
 * does not hold `from`.
 */
export const LinKv: {
  /** Asks for a key's value. */
  readonly read: RpcOf<"read", { key: Json }, { value: Json }>;
  /** Sets a key. */
  readonly write: RpcOf<"write", { key: Json; value: Json }, unknown>;
  /** Sets a key if it holds `from`. */
  readonly cas: RpcOf<"cas", { key: Json; from: Json; to: Json }, unknown>;
} = {
  read: rpc("read", { key: json }, { value: json }),
  write: rpc("write", { key: json, value: json }, {}),
  cas: rpc("cas", { key: json, from: json, to: json }, {}),
};

/** Workload `kafka`: logs by key, each message at an offset. */
export const Kafka: {
  /** Appends a message to a key's log. */
  readonly send: RpcOf<"send", { key: string; msg: number }, { offset: number }>;
  /**
   * Returns pairs of offset and message from each key's offset on, in order, as few as the node
   * likes.
   */
  readonly poll: RpcOf<
    "poll",
    { offsets: Record<string, number> },
    { msgs: Record<string, [offset: number, msg: number][]> }
  >;
  /** Says up to which offset each key's messages have been dealt with. */
  readonly commit_offsets: RpcOf<"commit_offsets", { offsets: Record<string, number> }, unknown>;
  /** Asks for these offsets; a key without one is left out. */
  readonly list_committed_offsets: RpcOf<
    "list_committed_offsets",
    { keys: string[] },
    { offsets: Record<string, number> }
  >;
} = {
  send: rpc("send", { key: string, msg: integer }, { offset: integer }),
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

const registerTxn: Shape<RegisterOp[]> = array(
  tuple<RegisterOp>(oneOf("r", "w"), integer, nullable(integer)),
);

/** Workload `txn-rw-register`: transactions over registers. */
export const TxnRwRegister: {
  /** Asks to carry out a transaction; the reply has its operations with what they read. */
  readonly txn: RpcOf<"txn", { txn: RegisterOp[] }, { txn: RegisterOp[] }>;
} = {
  txn: rpc("txn", { txn: registerTxn }, { txn: registerTxn }),
};

/**
 * A micro-operation of `txn-list-append`: read a list (null in a request), or append an element.
 */
export type ListOp =
  | ["r", key: number, value: number[] | null]
  | ["append", key: number, value: number];

const f = oneOf("r", "append");
const readOp = tuple<[string, number, number[] | null]>(f, integer, nullable(array(integer)));
const appendOp = tuple<[string, number, number]>(f, integer, integer);

/** The shape of a {@linkcode ListOp}. */
export const listOp: Shape<ListOp> = {
  problem(value, path) {
    const isAppend = Array.isArray(value) && value[0] === "append";
    return (isAppend ? appendOp : readOp).problem(value, path);
  },
};

/** Workload `txn-list-append`: transactions over lists that only grow. */
export const TxnListAppend: {
  /** Asks to carry out a transaction; the reply has its operations with what they read. */
  readonly txn: RpcOf<"txn", { txn: ListOp[] }, { txn: ListOp[] }>;
} = {
  txn: rpc("txn", { txn: array(listOp) }, { txn: array(listOp) }),
};

/** The services `lin-kv`, `seq-kv` and `lww-kv`. */
export const KvService: {
  /** Asks for a key's value. */
  readonly read: RpcOf<"read", { key: Json }, { value: Json }>;
  /** Sets a key. */
  readonly write: RpcOf<"write", { key: Json; value: Json }, unknown>;
  /** Sets a key if it holds `from`, or, if asked to, creates it. */
  readonly cas: Rpc<
    "cas",
    Shapes<{ key: Json; from: Json; to: Json }> & {
      create_if_not_exists: Shape<boolean> & { readonly optional: true };
    },
    Shapes<unknown>
  >;
} = {
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
export const TsoService: {
  /** Asks for the next timestamp. */
  readonly ts: RpcOf<"ts", unknown, { ts: number }>;
} = {
  ts: rpc("ts", {}, { ts: integer }),
};
