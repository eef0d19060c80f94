/**
 * Broken: values are kept in a cache of fixed size, made for less than it gets. Nobody misses what
 * is pushed out until the next read.
 *
 * @module
 */
import { Broadcast, type Node } from "../../lib/mod.ts";

const CAPACITY = 256;

export default function forgetsUnderLoad(node: Node): void {
  const values: number[] = [];

  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
  node.on(Broadcast.broadcast, ({ message }) => {
    if (values.push(message) > CAPACITY) values.shift();
    return { type: "broadcast_ok" };
  });
  node.on(Broadcast.read, () => ({ type: "read_ok", messages: values }));
}
