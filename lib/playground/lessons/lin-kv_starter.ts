import { Replicated } from "../../algorithms/raft/replicated.ts";
import { array, integer, json, nullable, tuple } from "@glomers/maelstrom";
import { ErrorCode, type Json, RpcError } from "@glomers/maelstrom";
import { LinKv, type Node } from "@glomers/maelstrom";

type Write = [key: Json, value: Json];
const write = tuple<Write>(json, json);

export default function linKv(node: Node): void {
  const values = new Map<Json, Json>();

  // Raft: all nodes apply the same commands in the same order.
  const raft = new Replicated(node, {
    name: "lin-kv",
    command: write,
    result: nullable(integer),
    state: array(write),
    apply: ([key, value]) => {
      values.set(key, value);
      return null;
    },
    snapshot: () => [...values],
    restore: (state) => {
      values.clear();
      for (const [key, value] of state) values.set(key, value);
    },
  });

  function valueOf(key: Json): Json {
    const value = values.get(key);
    if (value === undefined) throw new RpcError(ErrorCode.keyDoesNotExist);
    return value;
  }

  // This node's copy. Is it as far as the others?
  node.on(LinKv.read, ({ key }) => {
    return { type: "read_ok", value: valueOf(key) };
  });

  // Resolves once a majority has the command, and this node applied it.
  node.on(LinKv.write, async ({ key, value }) => {
    await raft.execute([key, value]);
    return { type: "write_ok" };
  });

  // Is what it finds here still there when the command is applied?
  node.on(LinKv.cas, async ({ key, from, to }) => {
    if (valueOf(key) !== from) {
      throw new RpcError(ErrorCode.preconditionFailed);
    }
    await raft.execute([key, to]);
    return { type: "cas_ok" };
  });
}
