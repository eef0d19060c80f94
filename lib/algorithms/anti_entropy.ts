/**
 * Anti-entropy: replicas of a CRDT send each other what the other may lack, until each is known to
 * have everything.
 *
 * In every round a replica sends each peer one message with two parts: *news*, what the peer is not
 * known to have; and *seen*, what the peer has sent as news since the last round, which
 * acknowledges it. Both are states, and receiving one takes only a join. So messages need no
 * numbers: a lost one leaves its news unacknowledged, to be sent again; a repeated or late one
 * changes nothing. What a replica receives from one peer is news for another, so it travels on
 * where the direct link is cut.
 *
 *     n0                              n1
 *     news {n0: 5}   ───────────────▶
 *                    ◀───────────────  news {n1: 3}, seen {n0: 5}
 *     seen {n1: 3}   ───────────────▶                                  (quiet)
 *
 * Messages: while clients make changes everywhere, one a round from each replica to each peer,
 * whatever the rate, and none once everyone is known to have everything. Latency: a change reaches
 * every replica one interval and one message delay later, or as long after a partition heals.
 *
 * A replica that starts says hello under a new name, with all that its journal has. Peers that knew
 * it under another name conclude that it has nothing else, and send it that. What a replica shows,
 * acknowledges or passes on is in its journal, so whatever anybody has seen outlasts the node.
 *
 * What a peer cannot know, such as more of this replica's changes than there are, is refused, and so
 * is gossip of strangers: states only grow, so a mistake that was joined once would stay.
 *
 * Source: the acknowledged deltas of Almeida, Shoker and Baquero, "Delta State Replicated Data
 * Types" (2018), with states in place of sequence numbers.
 *
 * @module
 */
import type { Lattice } from "./crdt.ts";
import { ErrorCode, RpcError } from "../message.ts";
import type { Journal } from "../journal.ts";
import type { Node } from "../node.ts";
import { Rounds } from "./rounds.ts";
import { type OneWay, oneWay, optional, type Shape, string } from "../rpc.ts";

/** From one round to the next; a change reaches every replica that much later. */
const DEFAULT_INTERVAL_MS = 750;

interface Peer<State> {
  /** The name of its current incarnation, once it has been heard. */
  readonly name: string | undefined;
  /** What it is known to have. */
  readonly known: State;
  /** What it has sent as news since the last round. */
  readonly unacknowledged: State | undefined;
}

type Gossip<Change> = OneWay<{
  name: Shape<string>;
  news: Shape<Change> & { readonly optional: true };
  seen: Shape<Change> & { readonly optional: true };
}>;

/** One node's copy of a CRDT. */
export class Replica<State, Change> {
  readonly #node: Node;
  readonly #lattice: Lattice<State, Change>;
  readonly #gossip: Gossip<Change>;
  readonly #rounds: Rounds;
  readonly #peers = new Map<string, Peer<State>>();
  readonly #journal: Journal<Change>;
  #name = "";
  #state: State;
  /** The state with changes that are being stored. */
  #pending: State;

  /**
   * A replica that knows nothing yet. Make it while the program registers its handlers.
   *
   * @param name What its journal holds, such as `g-set`.
   * @param intervalMs From one round to the next. Default 750.
   */
  constructor(
    node: Node,
    lattice: Lattice<State, Change>,
    { name, intervalMs = DEFAULT_INTERVAL_MS }: {
      readonly name: string;
      readonly intervalMs?: number;
    },
  ) {
    this.#node = node;
    this.#lattice = lattice;
    this.#state = this.#pending = lattice.bottom;
    this.#journal = node.journal({
      name,
      record: lattice.shape,
      state: lattice.shape,
      restore: (state) => this.#take(state),
      apply: (change) => this.#take(change),
      snapshot: () => lattice.whole(this.#state),
    });
    this.#rounds = new Rounds(() => this.#round(), intervalMs);
    const { shape } = lattice;
    this.#gossip = oneWay("gossip", { name: string, news: optional(shape), seen: optional(shape) });
    node.on(this.#gossip, ({ name, news, seen }, { src }) => {
      return node.peers.includes(src) ? this.#receive(src, name, news, seen) : undefined;
    });
    node.onInit(() => {
      this.#name = `${node.id}-${crypto.randomUUID().slice(0, 8)}`;
      setTimeout(() => this.#rounds.request(), intervalMs);
    });
  }

  /**
   * A name that no other replica and no other incarnation of this node has. Known from `init` on.
   */
  get name(): string {
    return this.#name;
  }

  /** Everything that is known and stored here. */
  get state(): State {
    return this.#state;
  }

  /**
   * Joins a change into the state: here once it is stored, which this waits for, at the peers an
   * interval later.
   *
   * @param change Makes the change from the state that all changes before lead to, those that are
   * being stored included.
   */
  async change(change: (state: State) => Change): Promise<void> {
    await this.#store(change(this.#pending));
    this.#rounds.request();
  }

  /** Stores a change, and then takes it: in the same order as all others. */
  #store(change: Change): Promise<void> {
    this.#pending = this.#lattice.join(this.#pending, change);
    return this.#journal.append(change);
  }

  #take(change: Change): void {
    const { join } = this.#lattice;
    this.#state = join(this.#state, change);
    this.#pending = join(this.#pending, change);
  }

  async #receive(
    src: string,
    name: string,
    news: Change | undefined,
    seen: Change | undefined,
  ): Promise<void> {
    const { join, whole, difference, bottom } = this.#lattice;
    const all = [news, seen].filter((change) => change !== undefined);
    const has = all.reduce(join, bottom);
    if (!this.#lattice.isPossible(has, { name: this.#name, state: this.#state })) {
      const text = `${src} cannot know of ${JSON.stringify(whole(has))}`;
      throw new RpcError(ErrorCode.malformedRequest, text);
    }
    const fresh = difference(has, this.#state);
    if (fresh !== undefined) await this.#store(fresh); // else it was here, and is stored
    const peer = this.#peer(src, name);
    const unacknowledged = news === undefined
      ? peer.unacknowledged
      : join(peer.unacknowledged ?? bottom, news);
    this.#peers.set(src, { name, known: all.reduce(join, peer.known), unacknowledged });
    if (unacknowledged !== undefined) this.#rounds.request();
  }

  #round(): void {
    for (const id of this.#node.peers) {
      const { name, known, unacknowledged: seen } = this.#peer(id);
      const news = this.#lattice.difference(this.#state, known);
      if (news === undefined && seen === undefined) continue;
      this.#node.send(id, this.#gossip, {
        name: this.#name,
        ...(news !== undefined && { news }),
        ...(seen !== undefined && { seen: this.#lattice.whole(seen) }),
      });
      this.#peers.set(id, { name, known, unacknowledged: undefined });
      if (news !== undefined) this.#rounds.request(); // again, until it is acknowledged
    }
  }

  /** What is known of a peer: nothing, if it is another incarnation than before. */
  #peer(id: string, name?: string): Peer<State> {
    const { bottom } = this.#lattice;
    const peer = this.#peers.get(id);
    const isNew = peer === undefined ||
      (name !== undefined && peer.name !== undefined && name !== peer.name);
    return isNew ? { name, known: bottom, unacknowledged: bottom } : peer;
  }
}
