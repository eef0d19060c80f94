/**
 * The services that every network offers to nodes.
 *
 * Requests and replies each take a latency, as all messages between servers do; no partition cuts a
 * service off.
 *
 * @module
 */
import { printJson } from "../../history/json.ts";
import type { Body } from "../../message.ts";
import type { Network } from "../network/network.ts";
import type { Random } from "../random.ts";
import { LinKv } from "./lin_kv.ts";
import { LinTso } from "./lin_tso.ts";
import { LwwKv } from "./lww_kv.ts";
import { SeqKv } from "./seq_kv.ts";
import type { Service } from "./service.ts";

const SERVICES: Readonly<Record<string, (random: Random) => Service>> = {
  "lin-kv": () => new LinKv(),
  "seq-kv": (random) => new SeqKv(random.split("seq-kv")),
  "lww-kv": (random) => new LwwKv(random.split("lww-kv")),
  "lin-tso": () => new LinTso(),
};

/** The services' ids, which no node may have. */
export const SERVICE_IDS: readonly string[] = Object.keys(SERVICES);

/** Called with each request that a service does not know, and so never answers. */
type Unanswered = (src: string, service: string, request: Body) => void;

/** Registers each service under its id. */
export function startServices(
  network: Network,
  random: Random,
  unanswered: Unanswered = () => {},
): void {
  for (const [id, make] of Object.entries(SERVICES)) start(network, id, make(random), unanswered);
}

function start(network: Network, id: string, service: Service, unanswered: Unanswered): void {
  network.register(id, ({ src, body: request }) => {
    const reply = service.handle(src, request);
    if (reply === undefined) return unanswered(src, id, request);
    if (!network.knows(src)) return;
    const body = { ...reply, in_reply_to: request.msg_id ?? null };
    network.send(id, src, printJson({ src: id, dest: src, body }), body);
  });
}
