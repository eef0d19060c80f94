/**
 * A program for each workload that keeps everything to itself: right on one node, wrong on several.
 * So every workload has a run that passes and one that fails, fast.
 *
 * @module
 */
import { ErrorCode, type Json, RpcError } from "../../message.ts";
import type { Node, Program } from "../../node.ts";
import {
  Broadcast,
  Counter,
  Echo,
  GSet,
  Kafka,
  LinKv,
  type ListOp,
  type RegisterOp,
  TxnListAppend,
  TxnRwRegister,
  UniqueIds,
} from "../../workloads.ts";

function echo(node: Node): void {
  node.on(Echo.echo, ({ echo }) => ({
    type: "echo_ok",
    echo: node.id === "n0" ? echo : "<b>something else</b>",
  }));
}

function uniqueIds(node: Node): void {
  let last = 0;
  node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: ++last }));
}

function broadcast(node: Node): void {
  const values: number[] = [];
  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
  node.on(Broadcast.broadcast, ({ message }) => {
    values.push(message);
    return { type: "broadcast_ok" };
  });
  node.on(Broadcast.read, () => ({ type: "read_ok", messages: values }));
}

function gSet(node: Node): void {
  const values: number[] = [];
  node.on(GSet.add, ({ element }) => {
    values.push(element);
    return { type: "add_ok" };
  });
  node.on(GSet.read, () => ({ type: "read_ok", value: values }));
}

function counter(node: Node): void {
  let sum = 0;
  node.on(Counter.add, ({ delta }) => {
    sum += delta;
    return { type: "add_ok" };
  });
  node.on(Counter.read, () => ({ type: "read_ok", value: sum }));
}

function kafka(node: Node): void {
  const logs = new Map<string, [offset: number, msg: number][]>();
  const committed = new Map<string, number>();
  node.on(Kafka.send, ({ key, msg }) => {
    const log = logs.get(key) ?? [];
    logs.set(key, log);
    return { type: "send_ok", offset: log.push([log.length, msg]) - 1 };
  });
  node.on(Kafka.poll, ({ offsets }) => ({
    type: "poll_ok",
    msgs: Object.fromEntries(
      Object.entries(offsets).map((
        [key, from],
      ) => [key, logs.get(key)?.slice(from, from + 3) ?? []]),
    ),
  }));
  node.on(Kafka.commit_offsets, ({ offsets }) => {
    for (const [key, offset] of Object.entries(offsets)) committed.set(key, offset);
    return { type: "commit_offsets_ok" };
  });
  node.on(Kafka.list_committed_offsets, ({ keys }) => ({
    type: "list_committed_offsets_ok",
    offsets: Object.fromEntries([...committed].filter(([key]) => keys.includes(key))),
  }));
}

function linKv(node: Node): void {
  const values = new Map<Json, Json>();
  const valueOf = (key: Json): Json => {
    const value = values.get(key);
    if (value !== undefined) return value;
    throw new RpcError(ErrorCode.keyDoesNotExist, `there is no ${key}`);
  };
  node.on(LinKv.read, ({ key }) => ({ type: "read_ok", value: valueOf(key) }));
  node.on(LinKv.write, ({ key, value }) => {
    values.set(key, value);
    return { type: "write_ok" };
  });
  node.on(LinKv.cas, ({ key, from, to }) => {
    const value = valueOf(key);
    if (value !== from) throw new RpcError(ErrorCode.preconditionFailed, `it holds ${value}`);
    values.set(key, to);
    return { type: "cas_ok" };
  });
}

function listAppend(node: Node): void {
  const lists = new Map<number, readonly number[]>();
  node.on(TxnListAppend.txn, ({ txn }) => ({
    type: "txn_ok",
    txn: txn.map((op): ListOp => {
      const list = lists.get(op[1]) ?? [];
      if (op[0] === "r") return ["r", op[1], [...list]];
      lists.set(op[1], [...list, op[2]]);
      return op;
    }),
  }));
}

function registers(node: Node): void {
  const values = new Map<number, number | null>();
  node.on(TxnRwRegister.txn, ({ txn }) => ({
    type: "txn_ok",
    txn: txn.map((op): RegisterOp => {
      const [f, key, value] = op;
      if (f === "w") values.set(key, value);
      return [f, key, values.get(key) ?? null];
    }),
  }));
}

/** By workload. */
export const ALONE: Readonly<Record<string, Program>> = {
  echo,
  "unique-ids": uniqueIds,
  broadcast,
  "g-set": gSet,
  "g-counter": counter,
  "pn-counter": counter,
  kafka,
  "lin-kv": linKv,
  "txn-list-append": listAppend,
  "txn-rw-register": registers,
};
