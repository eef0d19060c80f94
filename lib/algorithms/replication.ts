/**
 * Replication of registers to all peers: in batches, each sent again until it is acknowledged.
 *
 * Nodes take turns with their peers: every {@linkcode TURN_MS} a node that has something to tell sends
 * one message to the next peer, with all of its writes that this peer has not acknowledged. So there
 * are at most 1000 / TURN_MS messages a second from each node, however much is written and however
 * many nodes there are. A message acknowledges what came from the peer, by time: "all your writes
 * through 17". It need not travel on its own, and a lost one is made good by the next. Merging is
 * idempotent, so that repetition and reordering do no harm.
 *
 * A batch that is not acknowledged is sent again after {@linkcode RETRY_MS}, with what has been
 * written since. Where everything is acknowledged, nobody sends anything.
 *
 * What a peer lacks is told by its time alone. So a message costs as much as what it carries, however
 * many registers there are; `anti_entropy.ts` compares states instead, which suits those that are small,
 * and where replicas forget. Here none may: a node that was killed and starts again with nothing is not
 * told again what it once acknowledged.
 *
 * Each node sends its own writes only, to everyone. While two nodes cannot reach each other, they do
 * not learn of each other's writes by way of a third.
 *
 * @module
 */
import type { LwwRegisters, Write } from "./lww_registers.ts";
import type { Node } from "../node.ts";
import { array, integer, nullable, oneWay, tuple } from "../rpc.ts";

/** Time between two messages of a node, in milliseconds. */
export const TURN_MS = 25;
/** How long a batch may stay unacknowledged before it is sent again, in milliseconds. */
export const RETRY_MS = 500;

const replicate = oneWay("replicate", {
  writes: array(tuple<Write>(integer, nullable(integer), integer)),
  /** The sender has sent all its writes up to this time: in this message, or acknowledged before. */
  through: integer,
  /** The receiver's writes up to this time have arrived. */
  ack: integer,
});

interface Peer {
  /** It has all own writes through this time. */
  acknowledged: number;
  /** Through what time the batch that is under way goes, and since when it is. */
  inFlight: { readonly through: number; readonly sinceMs: number } | undefined;
  /** All its writes through this time are here. */
  received: number;
  /** Whether it waits for word of that. */
  owed: boolean;
}

/** Options of {@linkcode Replication}. */
export interface ReplicationOptions {
  /** Most writes in a message, beyond the rest of a transaction. Default: no bound but the keys. */
  readonly limit?: number;
}

/** Keeps the replicas of a node's peers up to date with its own. */
export class Replication {
  readonly #node: Node;
  readonly #registers: LwwRegisters;
  readonly #limit: number;
  readonly #peers = new Map<string, Peer>();
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(node: Node, registers: LwwRegisters, { limit = Infinity }: ReplicationOptions = {}) {
    this.#node = node;
    this.#registers = registers;
    this.#limit = limit;
    node.onInit(() => {
      for (const peer of node.peers) {
        this.#peers.set(peer, { acknowledged: 0, inFlight: undefined, received: 0, owed: false });
      }
    });
    node.on(replicate, ({ writes, through, ack }, { src }) => {
      registers.merge(src, writes);
      const peer = this.#peers.get(src);
      if (peer === undefined) return;
      peer.received = Math.max(peer.received, through);
      peer.owed ||= writes.length > 0;
      this.#acknowledged(peer, ack);
      this.wake();
    });
  }

  /** To be called after each transaction: there may be something to tell. */
  wake(): void {
    if (this.#peers.size === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#takeTurn();
    }, TURN_MS);
  }

  #acknowledged(peer: Peer, through: number): void {
    if (through <= peer.acknowledged) return;
    peer.acknowledged = through;
    if (peer.inFlight !== undefined && peer.inFlight.through <= through) peer.inFlight = undefined;
    const known = [...this.#peers.values()].map(({ acknowledged }) => acknowledged);
    this.#registers.forget(Math.min(...known));
  }

  /** Sends one message, to the next peer that is to have one, and comes back if there are more. */
  #takeTurn(): void {
    const { peers } = this.#node;
    let waiting = false;
    for (let i = 0; i < peers.length; i++) {
      const at = (this.#turn + i) % peers.length;
      const id = peers[at] ?? "";
      const told = this.#tell(id);
      if (told) this.#turn = at + 1;
      waiting ||= told || this.#peers.get(id)?.inFlight !== undefined;
      if (told) break;
    }
    if (waiting) this.wake();
  }

  /** Sends a peer what it is to have now; false if that is nothing. */
  #tell(id: string): boolean {
    const peer = this.#peers.get(id);
    if (peer === undefined) return false;
    const nowMs = performance.now();
    const isFree = peer.inFlight === undefined || nowMs - peer.inFlight.sinceMs >= RETRY_MS;
    const { writes, through } = isFree
      ? this.#registers.writesAfter(peer.acknowledged, this.#limit)
      : { writes: [], through: peer.acknowledged };
    if (writes.length === 0 && !peer.owed) return false;
    if (writes.length > 0) peer.inFlight = { through, sinceMs: nowMs };
    peer.owed = false;
    this.#node.send(id, replicate, { writes, through, ack: peer.received });
    return true;
  }
}
