/**
 * The services every network offers to nodes.
 *
 * Requests and replies travel as all messages between servers do, each with a latency of its own; and
 * no partition cuts a service off.
 *
 * @module
 */
import { printJson } from "../json.ts";
import type { Network } from "../network.ts";
import type { Random } from "../random.ts";
import { LinKv } from "./lin_kv.ts";
import { LinTso } from "./lin_tso.ts";
import { LwwKv } from "./lww_kv.ts";
import { SeqKv } from "./seq_kv.ts";
import type { Service } from "./service.ts";

/** Registers each service under its id. */
export function startServices(network: Network, random: Random): void {
  start(network, "lin-kv", new LinKv());
  start(network, "seq-kv", new SeqKv(random.split("seq-kv")));
  start(network, "lww-kv", new LwwKv(random.split("lww-kv")));
  start(network, "lin-tso", new LinTso());
}

function start(network: Network, id: string, service: Service): void {
  network.register(id, ({ src, body: request }) => {
    const reply = service.handle(src, request);
    if (reply === undefined || !network.knows(src)) return;
    const body = { ...reply, in_reply_to: request.msg_id ?? null };
    network.send(id, src, printJson({ src: id, dest: src, body }), body);
  });
}
