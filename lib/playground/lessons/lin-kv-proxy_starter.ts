import { type Json, LinKv, type Node } from "@glomers/maelstrom";
import { ErrorCode, json, oneWay, RpcError } from "@glomers/maelstrom";

const tell = oneWay("tell", { key: json, value: json });

// Every node answers from its own copy of the store, and tells the others.
export default function linKv(node: Node): void {
  const values = new Map<Json, Json>();

  function valueOf(key: Json): Json {
    const value = values.get(key);
    if (value === undefined) throw new RpcError(ErrorCode.keyDoesNotExist);
    return value;
  }

  function set(key: Json, value: Json): void {
    values.set(key, value);
    for (const peer of node.peers) node.send(peer, tell, { key, value });
  }

  node.on(tell, ({ key, value }) => void values.set(key, value));

  // Reads this node's copy. Is it the newest?
  node.on(LinKv.read, ({ key }) => {
    return { type: "read_ok", value: valueOf(key) };
  });

  node.on(LinKv.write, ({ key, value }) => {
    set(key, value);
    return { type: "write_ok" };
  });

  // Compare-and-set: changes a key only if it holds what is expected.
  node.on(LinKv.cas, ({ key, from, to }) => {
    if (valueOf(key) !== from) {
      throw new RpcError(ErrorCode.preconditionFailed);
    }
    set(key, to);
    return { type: "cas_ok" };
  });
}
