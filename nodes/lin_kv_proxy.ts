#!/usr/bin/env -S deno run --quiet
/**
 * Workload lin-kv: a linearizable store on top of the service of the same name.
 *
 * Each request is passed on to the service, and the answer back. The service is linearizable: every
 * operation takes effect at one moment between its arrival there and its answer, and so also
 * between the client's request here and the reply. That makes any number of nodes one linearizable
 * store. A shortcut would end that: a value cached here may have been overwritten through another
 * node.
 *
 * An error with a definite code (20 key does not exist, 22 precondition failed) is passed on. If no
 * answer arrives in time the outcome is unknown, and the client is told so, with code 0. Repeating
 * a write or a compare-and-set could make it happen twice, the second time over what others have
 * written in between.
 *
 * Messages: 2 per operation, one to the service and one back. Latency: two message delays.
 * Partitions between nodes do not matter, since nodes never talk to each other. The service is the
 * single point of failure; Maelstrom never cuts it off. A store without such a service needs
 * consensus: `lin_kv.ts` is one.
 *
 * It survives the kill of any nodes, as they hold nothing. It does not survive a network that
 * duplicates requests to the service: the late copy is executed again. A node could prevent that only
 * if values told one write from another, as those of `algorithms/transactor.ts` do; here values are
 * the clients'.
 *
 * @module
 */
import { KvService, LinKv, type Node, serve } from "../lib/mod.ts";

const SERVICE = "lin-kv";
/** A client waits 5 s for its answer, so waiting longer for the service is in vain. */
const options = { timeoutMs: 4_000 };

export default function linKvProxy(node: Node): void {
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

if (import.meta.main) await serve(linKvProxy);
