/**
 * Replication of registers to all peers, in batches, each sent again until it is acknowledged.
 *
 * A node serves its peers in turn: every {@linkcode TURN_MS} it sends one message, to the next peer
 * for which there is something, with all of its writes that this peer has not acknowledged. A
 * message also acknowledges what arrived from the peer, by timestamp: "all your writes up to 17". A
 * lost acknowledgement is made good by the next, and merging is idempotent, so repetition and
 * reordering do no harm. A batch that is not acknowledged within {@linkcode RETRY_MS} is sent
 * again, with what has been written since. Once everything is acknowledged, nobody sends anything.
 *
 * Messages: at most 1000 / TURN_MS a second from each node, however much is written and however
 * many nodes there are. Latency: a write reaches the last peer after one turn for each peer and a
 * message delay, or after the acknowledgement of the batch before it.
 *
 * A timestamp alone says what a peer lacks, so a message costs as much as what it carries, however
 * many registers there are. (`anti_entropy.ts` compares whole states instead, which suits small
 * ones, and replicas that forget.) Here no replica may forget: a node that restarts with nothing is
 * not sent again what it once acknowledged.
 *
 * What a peer says is checked against what it can know. Timestamps that nobody can have reached are
 * refused, and so is an acknowledgement of what was never sent: one malformed message must not keep
 * later ones from being sent or heard.
 *
 * Each node sends only its own writes. While two nodes cannot reach each other, neither learns of
 * the other's writes through a third.
 *
 * @module
 */
import type { LwwRegisters, Write } from "./lww_registers.ts";
import { ErrorCode, RpcError } from "../message.ts";
import type { Node, RequestOf } from "../node.ts";
import { array, integer, nullable, oneWay, tuple } from "../rpc.ts";
import { isPossibleCount } from "./possible_count.ts";

/** Time between two messages from one node, in milliseconds. */
const TURN_MS = 25;
/** How long a batch may go unacknowledged before it is sent again, in milliseconds. */
const RETRY_MS = 500;

const replicate = oneWay("replicate", {
  writes: array(tuple<Write>(integer, nullable(integer), integer)),
  /** The receiver has all of the sender's writes up to this timestamp once it has this message. */
  through: integer,
  /** The sender has all of the receiver's writes up to this timestamp. */
  ack: integer,
});

interface Peer {
  /** It has all of this node's writes up to this timestamp. */
  acknowledged: number;
  /** The batch that awaits acknowledgement: up to which timestamp, and since when. */
  inFlight: { readonly through: number; readonly sinceMs: number } | undefined;
  /** Up to which timestamp it has been sent this node's writes. */
  sent: number;
  /** What it was told last, or is to be told, to have arrived here: its writes up to this timestamp. */
  received: number;
  /** Whether an acknowledgement of that is still to be sent. */
  owed: boolean;
}

/** Options of {@linkcode Replication}. */
interface ReplicationOptions {
  /**
   * Bound on the writes in a message; only the rest of a transaction may exceed it. Default: none,
   * so a message holds at most one write for each register.
   */
  readonly limit?: number;
}

/** Sends a node's writes to its peers, and applies theirs. */
export class Replication {
  readonly #node: Node;
  readonly #registers: LwwRegisters;
  readonly #limit: number;
  readonly #peers = new Map<string, Peer>();
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Replicates `registers`. Make it while the program registers its handlers. */
  constructor(node: Node, registers: LwwRegisters, { limit = Infinity }: ReplicationOptions = {}) {
    this.#node = node;
    this.#registers = registers;
    this.#limit = limit;
    node.onInit(() => {
      for (const peer of node.peers) {
        const inFlight = undefined;
        this.#peers.set(peer, { acknowledged: 0, inFlight, sent: 0, received: 0, owed: false });
      }
    });
    node.on(replicate, (batch, { src }) => {
      const peer = this.#peers.get(src);
      if (peer !== undefined) this.#receive(src, peer, batch);
    });
  }

  /** Schedules the next message. Call it after each transaction. */
  wake(): void {
    if (this.#peers.size === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#takeTurn();
    }, TURN_MS);
  }

  #receive(src: string, peer: Peer, { writes, through, ack }: RequestOf<typeof replicate>): void {
    if (writes.length > 0) {
      if (!areWritesOf(writes, through)) {
        const text = `${src} cannot have written up to ${through}: ${JSON.stringify(writes)}`;
        throw new RpcError(ErrorCode.malformedRequest, text);
      }
      this.#registers.merge(src, writes);
      // Not the highest ever: a peer that restarts, or erred once, counts from lower on.
      peer.received = peer.owed ? Math.max(peer.received, through) : through;
      peer.owed = true;
    }
    this.#acknowledged(peer, ack);
    this.wake();
  }

  #acknowledged(peer: Peer, through: number): void {
    if (through <= peer.acknowledged || through > peer.sent) return;
    peer.acknowledged = through;
    if (peer.inFlight !== undefined && peer.inFlight.through <= through) peer.inFlight = undefined;
    const known = [...this.#peers.values()].map(({ acknowledged }) => acknowledged);
    this.#registers.forget(Math.min(...known));
  }

  /**
   * Sends one message, to the next peer that needs one, and schedules the next if any may follow.
   */
  #takeTurn(): void {
    const { peers } = this.#node;
    let waiting = false;
    for (let i = 0; i < peers.length; i++) {
      const at = (this.#turn + i) % peers.length;
      const id = peers[at] ?? "";
      const sent = this.#sendTo(id);
      if (sent) this.#turn = at + 1;
      waiting ||= sent || this.#peers.get(id)?.inFlight !== undefined;
      if (sent) break;
    }
    if (waiting) this.wake();
  }

  /** Sends a peer what it lacks, if anything; returns whether it did. */
  #sendTo(id: string): boolean {
    const peer = this.#peers.get(id);
    if (peer === undefined) return false;
    const nowMs = performance.now();
    const isFree = peer.inFlight === undefined || nowMs - peer.inFlight.sinceMs >= RETRY_MS;
    const { writes, through } = isFree
      ? this.#registers.writesAfter(peer.acknowledged, this.#limit)
      : { writes: [], through: peer.acknowledged };
    if (writes.length === 0 && !peer.owed) return false;
    if (writes.length > 0) {
      peer.inFlight = { through, sinceMs: nowMs };
      peer.sent = Math.max(peer.sent, through);
    }
    peer.owed = false;
    this.#node.send(id, replicate, { writes, through, ack: peer.received });
    return true;
  }
}

/** Whether somebody can have written these: up to a timestamp, which is that of the last. */
function areWritesOf(writes: readonly Write[], through: number): boolean {
  return isPossibleCount(through) && writes.at(-1)?.[2] === through &&
    writes.every(([_key, _value, time]) => time > 0 && time <= through);
}
