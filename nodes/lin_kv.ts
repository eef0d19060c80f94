#!/usr/bin/env -S deno run --quiet
/**
 * Workload lin-kv: a linearizable store, on top of the service of the same name.
 *
 * Each request is passed on to the service, and the answer back. The service is linearizable: every
 * operation takes effect at one moment between its arrival there and its answer, and so also between
 * the client's request here and the reply. That makes this node a linearizable store too, and every
 * number of nodes together one store. Any shortcut would end that: a value kept here for the next
 * read may have been overwritten through another node meanwhile.
 *
 * An error with a definite code (20 no such key, 22 another value) is the service's word and is
 * passed on. Where no answer comes in time the outcome is unknown, and the client is told so, with
 * code 0: to repeat the write or the compare-and-set could make it happen twice, the second time over
 * what others have written in between.
 *
 * For the same reason it does not survive a network that delivers a request to the service twice: what
 * comes late would be carried out again. A node could prevent that only with a value that tells one
 * write from another, as `algorithms/transactor.ts` has it, and here the values are the clients'.
 *
 * Messages: 2 per operation, one to the service and one back. Latency: two message delays. Partitions
 * between nodes do not matter, since nodes never talk to each other; the service, which Maelstrom
 * never cuts off, is the single point of failure. A store that is its own service is Raft, the last
 * chapter of Maelstrom's guide.
 *
 * @module
 */
import { KvService, LinKv, type Node, serve } from "../lib/mod.ts";

const SERVICE = "lin-kv";
/** Clients have given up by then. */
const options = { timeoutMs: 4_000 };

export default function linKv(node: Node): void {
  node.on(LinKv.read, ({ key }) => node.rpc(SERVICE, KvService.read, { key }, options));

  node.on(
    LinKv.write,
    ({ key, value }) => node.rpc(SERVICE, KvService.write, { key, value }, options),
  );

  node.on(
    LinKv.cas,
    ({ key, from, to }) => node.rpc(SERVICE, KvService.cas, { key, from, to }, options),
  );
}

if (import.meta.main) await serve(linKv);
