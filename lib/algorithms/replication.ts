/**
 * Registers that are replicated to all peers, in batches, each sent again until it is acknowledged.
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
 * ones, and replicas that forget.) Here no replica may forget: what it shows, acknowledges or sends
 * on is in its journal, peers' batches with how far they go. So an acknowledgement outlasts both
 * nodes, and a replica that restarts is sent what it has missed and nothing else. The one thing it
 * does not store is what its peers have acknowledged. It asks them, and sends them no write before
 * they have told; that they are asked also tells them that the replica is back.
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
import type { Journal } from "../journal.ts";
import {
  LwwRegisters,
  type StoredRegisters,
  type StoredVersion,
  type Write,
} from "./lww_registers.ts";
import { ErrorCode, RpcError } from "../message.ts";
import type { Node, RequestOf } from "../node.ts";
import {
  array,
  boolean,
  integer,
  nullable,
  oneOf,
  oneWay,
  optional,
  record,
  type Shape,
  string,
  tuple,
} from "../rpc.ts";
import { type RegisterOp, TxnRwRegister } from "../workloads.ts";
import { isPossibleCount } from "./possible_count.ts";

/** Time between two messages from one node, in milliseconds. */
const TURN_MS = 25;
/** How long a batch may go unacknowledged before it is sent again, in milliseconds. */
const RETRY_MS = 500;

const writesShape = array(tuple<Write>(integer, nullable(integer), integer));

const replicate = oneWay("replicate", {
  writes: writesShape,
  /** The receiver has all of the sender's writes up to this timestamp once it has this message. */
  through: integer,
  /** The sender has all of the receiver's writes up to this timestamp. */
  ack: integer,
  /** Whether the sender has restarted, and asks what the receiver has. */
  asks: optional(boolean),
});

/** What is stored: a transaction of this node's, or a batch of a peer's writes. */
type Entry =
  | [kind: "txn", ops: RegisterOp[]]
  | [kind: "batch", writer: string, writes: Write[]];

const txn = tuple<[string, RegisterOp[]]>(oneOf("txn"), TxnRwRegister.txn.request.txn);
const batch = tuple<[string, string, Write[]]>(oneOf("batch"), string, writesShape);
const entryShape: Shape<Entry> = {
  problem(value, path) {
    const isTxn = Array.isArray(value) && value[0] === "txn";
    return (isTxn ? txn : batch).problem(value, path);
  },
};

/** The registers, and up to which timestamp each peer's writes have been received. */
type State = [registers: StoredRegisters, received: Record<string, number>];

const version = tuple<StoredVersion>(integer, nullable(integer), integer, string);
const stateShape = tuple<State>(
  tuple<StoredRegisters>(array(version), writesShape),
  record(integer),
);

interface Peer {
  /** It has all of this node's writes up to this timestamp. Unknown to a node that has restarted. */
  acknowledged: number | undefined;
  /** What awaits an acknowledgement: up to which timestamp, and since when. */
  inFlight: { readonly through: number; readonly sinceMs: number } | undefined;
  /** Up to which timestamp it has been sent this node's writes. */
  sent: number;
  /** Whether an acknowledgement of what has arrived from it is still to be sent. */
  owed: boolean;
}

/** Options of {@linkcode ReplicatedRegisters}. */
interface ReplicationOptions {
  /** What the journal holds, such as `read-committed`. */
  readonly name: string;
  /**
   * Bound on the writes in a message; only the rest of a transaction may exceed it. Default: none,
   * so a message holds at most one write for each register.
   */
  readonly limit?: number;
}

/** One node's copy of the registers: sends its writes to its peers, and applies theirs. */
export class ReplicatedRegisters {
  readonly #node: Node;
  readonly #registers = new LwwRegisters();
  readonly #limit: number;
  readonly #journal: Journal<Entry, RegisterOp[]>;
  readonly #received = new Map<string, number>();
  readonly #peers = new Map<string, Peer>();
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** A copy that has nothing yet. Make it while the program registers its handlers. */
  constructor(node: Node, { name, limit = Infinity }: ReplicationOptions) {
    this.#node = node;
    this.#limit = limit;
    let isRestarted = false;
    this.#journal = node.journal({
      name,
      record: entryShape,
      state: stateShape,
      restore: ([registers, received]) => {
        isRestarted = true;
        this.#registers.restore(node.id, registers);
        for (const [peer, through] of Object.entries(received)) this.#received.set(peer, through);
      },
      apply: (entry) => this.#apply(entry),
      snapshot: (): State => [this.#registers.snapshot(), Object.fromEntries(this.#received)],
    });
    node.onInit(() => {
      const acknowledged = isRestarted ? undefined : 0;
      const sent = this.#registers.clock;
      for (const peer of node.peers) {
        this.#peers.set(peer, { acknowledged, inFlight: undefined, sent, owed: false });
      }
      if (isRestarted) this.#wake();
    });
    node.on(replicate, (message, { src }) => {
      const peer = this.#peers.get(src);
      return peer === undefined ? undefined : this.#receive(src, peer, message);
    });
  }

  /**
   * Executes a transaction in one step, on this copy alone: at once if it only reads, else once it
   * is stored.
   *
   * @returns The micro-operations with reads filled in, null for a register never written.
   * @throws {RpcError} 11 if it writes and its timestamp would be one that peers refuse; nothing has
   * changed.
   * @throws {Error} if it cannot be stored; it may be found after a restart.
   */
  async transact(ops: RegisterOp[]): Promise<RegisterOp[]> {
    if (ops.every(([f]) => f === "r")) return this.#registers.transact(this.#node.id, ops);
    if (!this.#registers.canWrite) {
      const text = `no timestamp after ${this.#registers.clock} yet`;
      throw new RpcError(ErrorCode.temporarilyUnavailable, text);
    }
    const done = await this.#journal.append(["txn", ops]);
    this.#wake();
    return done;
  }

  #apply(entry: Entry): RegisterOp[] {
    if (entry[0] === "txn") return this.#registers.transact(this.#node.id, entry[1]);
    const [, writer, writes] = entry;
    this.#registers.merge(writer, writes);
    // Not the highest ever: a peer that erred once counts from lower on.
    this.#received.set(writer, writes.at(-1)?.[2] ?? 0);
    return [];
  }

  /** Schedules the next message. */
  #wake(): void {
    if (this.#peers.size === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#takeTurn();
    }, TURN_MS);
  }

  async #receive(
    src: string,
    peer: Peer,
    { writes, through, ack, asks = false }: RequestOf<typeof replicate>,
  ): Promise<void> {
    if (writes.length > 0 && !areWritesOf(writes, through)) {
      const text = `${src} cannot have written up to ${through}: ${JSON.stringify(writes)}`;
      throw new RpcError(ErrorCode.malformedRequest, text);
    }
    this.#acknowledged(peer, ack);
    if (asks) peer.inFlight = undefined; // it went to an earlier incarnation
    if (writes.length > 0 && through !== this.#received.get(src)) {
      await this.#journal.append(["batch", src, writes]);
    }
    peer.owed ||= asks || writes.length > 0;
    this.#wake();
  }

  #acknowledged(peer: Peer, through: number): void {
    if (through <= (peer.acknowledged ?? -1) || through > peer.sent) return;
    peer.acknowledged = through;
    if (peer.inFlight !== undefined && peer.inFlight.through <= through) peer.inFlight = undefined;
    const known = [...this.#peers.values()].map(({ acknowledged = 0 }) => acknowledged);
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
    if (waiting) this.#wake();
  }

  /** Sends a peer what it lacks or asks it for that, if need be; returns whether it did. */
  #sendTo(id: string): boolean {
    const peer = this.#peers.get(id);
    if (peer === undefined) return false;
    const nowMs = performance.now();
    const isFree = peer.inFlight === undefined || nowMs - peer.inFlight.sinceMs >= RETRY_MS;
    const { acknowledged = 0 } = peer;
    const asks = isFree && peer.acknowledged === undefined;
    const { writes, through } = isFree && !asks
      ? this.#registers.writesAfter(acknowledged, this.#limit)
      : { writes: [], through: acknowledged };
    if (writes.length === 0 && !asks && !peer.owed) return false;
    if (writes.length > 0 || asks) {
      peer.inFlight = { through, sinceMs: nowMs };
      peer.sent = Math.max(peer.sent, through);
    }
    peer.owed = false;
    const ack = this.#received.get(id) ?? 0;
    this.#node.send(id, replicate, { writes, through, ack, ...(asks && { asks }) });
    return true;
  }
}

/** Whether somebody can have written these: up to a timestamp, which is that of the last. */
function areWritesOf(writes: readonly Write[], through: number): boolean {
  return isPossibleCount(through) && writes.at(-1)?.[2] === through &&
    writes.every(([_key, _value, time]) => time > 0 && time <= through);
}
