/**
 * Broadcast along a spanning tree that repairs itself.
 *
 * A value goes from the node that learned it up to the root, and from there down to all others.
 * Where every link works the tree is a star around the lowest node, so a value costs n − 1 messages
 * and two message delays; *when* messages go up and down is the schedule of whoever uses this, and
 * with it how many values share one.
 *
 * Between any two nodes there is one kind of message, `news`: everything that the other is not known
 * to have, a number that acknowledges what came from it, and the path to the root that the sender
 * claims (see `outbox.ts`, `spanning_tree.ts`). Three rules keep values flowing when links fail:
 *
 * - *Suspect.* A parent whose acknowledgement is overdue may be cut off, and with it anyone. The node
 *   then holds no link to be working, and at once tells everyone what is outstanding. This costs n − 1
 *   messages and as many answers, and a value loses one time-out, no more: it is the probe itself.
 *   Until it has found another tree it tells everyone of each new value directly, once. What is told
 *   to everyone is in no hurry to be reported: if the root was only slow, it knows.
 * - *Confirm.* A link works again once an acknowledgement comes back over it. Whoever gets a message
 *   over a link in doubt answers at once, though not again and again: what is sent because something
 *   was received must have a bound, or a network that is slow for a moment drowns in it. The node
 *   follows the best path among those claimed by neighbours that answered: to the lowest root that is
 *   left, by way of a neighbour if need be. If it is itself the lowest, it is the root. What it may
 *   have missed since it was cut off comes with the answers.
 * - *Persist.* A root serves all nodes, also those that it has given up for lost, if only now and
 *   then. So when a partition heals, one message in each direction brings both sides together.
 *
 * When all is acknowledged, nobody sends anything.
 *
 * Each node keeps every value in memory, once, and for each peer how far that is known to have them.
 * A node that crashes loses them; started again, it is not told them anew, and may not be heard at
 * first, since its peers go by the numbers of its earlier life.
 *
 * The idea of a tree for the payload and repair beside it is that of Plumtree (Leitão, Pereira,
 * Rodrigues, "Epidemic Broadcast Trees", 2007); the tree itself is found differently.
 *
 * @module
 */
import type { Node, RequestOf } from "../node.ts";
import { Outbox, ValueLog } from "./outbox.ts";
import { RoundTrip } from "./round_trip.ts";
import { array, boolean, integer, oneWay, string } from "../rpc.ts";
import { bestPath, idealPath, type Path, rootOf, samePath } from "./spanning_tree.ts";

/** When messages go. All times are in milliseconds, points in time those of `performance.now`. */
export interface Schedule {
  /** When the parent is to hear of what has waited for it since then; a time not after now: at once. */
  readonly report: (sinceMs: number, tree: BroadcastTree) => number;
  /** When a child, or at the root anyone, is to hear of what has waited for it since then. */
  readonly scatter: (sinceMs: number, tree: BroadcastTree) => number;
  /** How long an acknowledgement may wait for a report to go with. */
  readonly ackUpMs: number;
  /** How long an acknowledgement may wait for a scatter to go with. */
  readonly ackDownMs: number;
  /** A report that comes this soon after a scatter has missed it: it is acknowledged at once. */
  readonly lateMs?: number;
  /** How much later than these an acknowledgement may come at least; longer round trips are learned. */
  readonly patienceMs: number;
  /** Time between two messages to a peer that may not hear them. */
  readonly probeMs: number;
}

const news = oneWay("news", {
  /** The message's number on this link, 0 if it is not to be acknowledged. */
  seq: integer,
  /** The newest number received over this link in the other direction, 0 for none. */
  ack: integer,
  /** How long ago that one came, in milliseconds: what is left of a round trip is the network's. */
  held: integer,
  /** The sender's path to the root. */
  path: array(string),
  /** The root's clock when it sent what the sender last heard along that path. */
  stamp: integer,
  /** Whether the sender has to know at once if this arrives. */
  probe: boolean,
  /** What is outstanding: to be acknowledged. */
  values: array(integer),
  /** What the receiver may lack besides. */
  aside: array(integer),
});

interface Link {
  readonly peer: string;
  readonly outbox: Outbox<number>;
  /** The path that the peer claims, and whether this node is the first on it. */
  path: Path;
  isChild: boolean;
  stamp: number;
  /** The newest message received and when it came, and when one was last. */
  heardSeq: number;
  newestMs: number;
  heardMs: number;
  /** Since when the peer waits for an acknowledgement. */
  owedSinceMs: number | undefined;
  /** Since when the peer waits for an answer that can not wait, and when it last got one. */
  askedSinceMs: number | undefined;
  answeredMs: number;
  /** While it is unknown if the link works: the last message sent before it became so. */
  doubtedSeq: number | undefined;
}

/** How long the parent may take to acknowledge as long as nothing is known of round trips. */
const FIRST_PATIENCE_MS = 1000;

/** From a node to the network, to its peer, and back. */
const HOPS_OF_ROUND_TRIP = 4;

/** What is left of a lateness when the next timer comes in time. */
const LATENESS_DECAY = 0.95;

/** Claims that come within this time, as those of many neighbours at once, make for one choice. */
const SETTLE_MS = 20;

/** One node's part in the broadcast. */
export class BroadcastTree {
  readonly #log = new ValueLog<number>();
  readonly #node: Node;
  readonly #schedule: Schedule;
  /** Made when they are needed: whoever is below the root talks to the root, and that is all. */
  readonly #links = new Map<string, Link>();
  readonly #roundTrip: RoundTrip;
  /** How many links are in doubt. */
  #doubted = 0;
  #path: Path = [];
  /** The link to the first on the path, unless this node is the root. */
  #parent: Link | undefined;
  /** For each root that was lost, the newest stamp of it that was known by then. */
  readonly #lost = new Map<string, number>();
  /** Since when the path may not be the best one. */
  #undecidedSinceMs: number | undefined;
  /** When this node has waited long enough for others to answer its probes, and may act as root. */
  #probedMs = -Infinity;
  #scatteredMs = -Infinity;
  /** How late this node's own timers have come of late. */
  #lateMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What the timer waits for, `Infinity` if for nothing. */
  #wakeMs = Infinity;
  /** When what is being dealt with happened. */
  #nowMs = -Infinity;

  constructor(node: Node, schedule: Schedule) {
    this.#node = node;
    this.#schedule = schedule;
    this.#roundTrip = new RoundTrip(schedule.patienceMs, FIRST_PATIENCE_MS - schedule.ackDownMs);
    node.onInit(() => {
      this.#follow(idealPath(node.id, node.ids));
      if (this.isRoot) this.#linkToAll();
    });
    node.on(news, (body, { src }) => this.#receive(src, body));
  }

  /** Every value this node knows, in the order it learned them. */
  get values(): readonly number[] {
    return this.#log.values;
  }

  /** Whether this node follows no other. */
  get isRoot(): boolean {
    return this.#path.length === 0;
  }

  /** When the parent was last told something, `-Infinity` if it never was. */
  get reportedMs(): number {
    return this.#parent?.outbox.lastSentMs ?? -Infinity;
  }

  /** When the parent was last heard, `-Infinity` if it never was. */
  get heardParentMs(): number {
    return this.#parent?.heardMs ?? -Infinity;
  }

  /** When this node last told its children something, `-Infinity` if it never has. */
  get scatteredMs(): number {
    return this.#scatteredMs;
  }

  /** The part of all peers whom this node can tell something, as far as it knows: from 0 to 1. */
  get reach(): number {
    const { length } = this.#node.peers;
    return length === 0 ? 1 : 1 - this.#doubted / length;
  }

  /** Whether all who follow this node and can be reached have answered the last scatter. */
  get gathered(): boolean {
    for (const link of this.#links.values()) {
      if (!isUp(link) || !link.isChild) continue;
      if (link.heardMs <= this.#scatteredMs) return false;
      if (link.outbox.unacknowledgedSinceMs !== undefined) return false;
    }
    return true;
  }

  /** Broadcasts a value. */
  add(value: number): void {
    this.#nowMs = performance.now();
    this.#log.add(value, this.#nowMs);
    this.#step();
    if (this.#path.length > 1) this.#tellNeighbours(value);
    else if (this.#probes) this.#tellAll(value);
  }

  /** How long the parent may take to acknowledge: the time it may wait, and a round trip. */
  get #overdueMs(): number {
    return this.#schedule.ackDownMs + this.#roundTrip.timeoutMs;
  }

  get #root(): string {
    return rootOf(this.#node.id, this.#path);
  }

  get #stamp(): number {
    return this.#parent?.stamp ?? Date.now();
  }

  #linkTo(peer: string): Link {
    const known = this.#links.get(peer);
    if (known !== undefined) return known;
    const path = idealPath(peer, this.#node.ids);
    const isChild = path[0] === this.#node.id;
    const link = newLink({ peer, path, isChild, outbox: new Outbox(this.#log) });
    this.#links.set(peer, link);
    return link;
  }

  #linkToAll(): void {
    for (const peer of this.#node.peers) this.#linkTo(peer);
  }

  #receive(src: string, message: RequestOf<typeof news>): void {
    if (!this.#links.has(src) && !this.#node.peers.includes(src)) return;
    const link = this.#linkTo(src);
    this.#nowMs = performance.now();
    const { path, probe, values, aside } = message;
    const hint = this.#hintsAtLoss(link, src, path);
    if (this.#heard(link, message)) this.#undecidedSinceMs ??= this.#nowMs;
    let place = -1;
    for (const value of values) place = this.#learn(value, link, place + 1);
    for (const value of aside) place = this.#learn(value, link, place + 1);
    if (hint) return this.#suspect();
    const isOwed = link.owedSinceMs !== undefined && !this.#isOnTree(link);
    if (probe || !isUp(link) || isOwed || this.#knowsBetterThan(src, path)) {
      link.askedSinceMs ??= this.#nowMs;
    }
    if (this.#makesDue(link, message)) this.#step();
  }

  /**
   * Takes a value that a peer has, and returns its place in the log. Most values come again and again,
   * and in the same order: to guess where one is costs less than to look it up.
   *
   * Who tells a value past the tree has told it to everyone. The parent is likely to have it, and if
   * not, hears of it from whoever has something else to report first: n − 2 reports at once would
   * hold up a root that is only slow, and make others suspect it, too.
   */
  #learn(value: number, link: Link, guess: number): number {
    let place = this.#log.values[guess] === value ? guess : this.#log.placeOf(value);
    if (place === undefined) {
      place = this.#log.add(value, this.#nowMs);
      if (!this.#isOnTree(link)) {
        this.#parent?.outbox.defer(place, this.#nowMs + this.#schedule.ackUpMs);
      }
    }
    link.outbox.delete(place);
    return place;
  }

  /** An acknowledgement alone, and a large network has many, makes nothing due unless it is the last. */
  #makesDue(link: Link, { values, aside }: RequestOf<typeof news>): boolean {
    return values.length > 0 || aside.length > 0 || link.askedSinceMs !== undefined ||
      this.#undecidedSinceMs !== undefined || this.gathered;
  }

  /**
   * Keeps account of a link over which a message came. True if that may make another path the best:
   * the link works again, or another path is claimed, or one that is now credible.
   */
  #heard(link: Link, message: RequestOf<typeof news>): boolean {
    const { seq, ack, held, path, stamp, values } = message;
    const roundTripMs = link.outbox.acknowledge(ack, this.#nowMs);
    if (roundTripMs !== undefined && link === this.#parent) {
      this.#roundTrip.measured(Math.max(0, roundTripMs - held));
    }
    const revived = link.doubtedSeq !== undefined && ack > link.doubtedSeq;
    if (revived) {
      link.doubtedSeq = undefined;
      this.#doubted--;
    }
    link.heardMs = this.#nowMs;
    if (seq > 0 && values.length > 0) link.owedSinceMs ??= this.#nowMs;
    if (seq <= link.heardSeq) return revived; // it was overtaken, or has no number
    const differs = !samePath(path, link.path) || this.#lost.has(rootOf(link.peer, path));
    link.heardSeq = seq;
    link.newestMs = this.#nowMs;
    link.path = path;
    link.isChild = path[0] === this.#node.id;
    link.stamp = stamp;
    return revived || differs;
  }

  /** Whether this node has lost its parent, and waits for others to answer its probes. */
  get #probes(): boolean {
    return this.isRoot && this.#nowMs < this.#probedMs;
  }

  /** Who belongs to no tree at the moment tells a value to everyone, once, and the tree later. */
  #tellAll(value: number): void {
    for (const link of this.#links.values()) this.#tell(link, value);
  }

  /**
   * From behind a relay it is far to others behind relays. The root's neighbours hear of a value soon
   * enough; the other neighbours of this node are told directly, once, with no acknowledgement.
   */
  #tellNeighbours(value: number): void {
    for (const link of this.#links.values()) {
      if (isUp(link) && link !== this.#parent && link.path.length !== 1) this.#tell(link, value);
    }
  }

  #tell(link: Link, value: number): void {
    const body = { ...this.#claim(link), probe: false, seq: 0, values: [], aside: [value] };
    this.#node.send(link.peer, news, body);
  }

  /**
   * Whether a peer has lost the root that this node follows, and this node has stopped hearing it, too.
   * If that is long ago, there was nothing to say; then one who asks must not make everyone ask.
   */
  #hintsAtLoss(link: Link, src: string, path: Path): boolean {
    const silentMs = this.#nowMs - this.heardParentMs - this.#overdueMs;
    const silent = silentMs > 0 && silentMs <= this.#schedule.ackUpMs;
    const lost = rootOf(src, link.path) === this.#root && rootOf(src, path) !== this.#root;
    return this.#path.length > 0 && lost && silent;
  }

  /** Follows the best path there is, and tells whom it concerns if that is a new one. */
  #choosePath(): void {
    const { id, ids } = this.#node;
    const claims: [string, Path][] = [];
    for (const link of this.#links.values()) {
      if (this.#isCredible(link)) claims.push([link.peer, link.path]);
    }
    const path = bestPath(id, ids, this.#path, claims);
    this.#undecidedSinceMs = undefined;
    if (samePath(path, this.#path)) return;
    const before = this.#parent;
    this.#leave(path);
    if (this.#parent !== before) this.#parent?.outbox.requeue(this.#nowMs);
    for (const link of this.#links.values()) {
      if (link === this.#parent || link === before || link.isChild) this.#send(link);
    }
  }

  /** When to choose a path: where there is a choice to make, what claims come together are awaited. */
  get #decisionMs(): number {
    if (this.#undecidedSinceMs === undefined) return Infinity;
    return this.#undecidedSinceMs + SETTLE_MS;
  }

  /**
   * Whether to follow what a neighbour claims. Nodes that lose a root at one time would else go on to
   * believe each other's stale paths to it, ever longer ones. So only someone who has heard the lost
   * root later than this node did is a way to it (as in DSDV: Perkins, Bhagwat, 1994).
   */
  #isCredible(link: Link): boolean {
    return isUp(link) && link.stamp > (this.#lost.get(rootOf(link.peer, link.path)) ?? -1);
  }

  #knowsBetterThan(src: string, path: Path): boolean {
    const { ids } = this.#node;
    return ids.indexOf(this.#root) < ids.indexOf(rootOf(src, path));
  }

  #leave(path: Path): void {
    if (rootOf(this.#node.id, path) !== this.#root) this.#lost.set(this.#root, this.#stamp);
    this.#follow(path);
  }

  #follow(path: Path): void {
    this.#path = path;
    const [parent] = path;
    this.#parent = parent === undefined ? undefined : this.#linkTo(parent);
  }

  /** The parent does not answer. Every link may be cut, so all are tried with what is outstanding. */
  #suspect(): void {
    this.#roundTrip.timedOut();
    this.#leave([]);
    this.#undecidedSinceMs = undefined;
    this.#linkToAll();
    for (const link of this.#links.values()) this.#doubt(link);
    for (const link of this.#links.values()) this.#send(link);
    this.#scatteredMs = this.#nowMs;
    this.#probedMs = this.#nowMs + this.#schedule.patienceMs;
    this.#step();
  }

  #doubt(link: Link): void {
    if (isUp(link)) this.#doubted++;
    link.doubtedSeq = link.outbox.lastSeq;
  }

  /** Does what is due, and comes back when something will be. */
  #step(): void {
    if (this.#nextMs <= this.#nowMs) this.#doDue();
    this.#wakeAt(this.#nextMs);
  }

  /** When something is due next. */
  get #nextMs(): number {
    let nextMs = this.#decisionMs;
    if (this.#probedMs > this.#nowMs) nextMs = Math.min(nextMs, this.#probedMs);
    for (const link of this.#links.values()) {
      nextMs = Math.min(nextMs, this.#dueMs(link), this.#deadlineMs(link));
    }
    return nextMs;
  }

  #doDue(): void {
    for (const link of this.#links.values()) {
      if (this.#deadlineMs(link) > this.#nowMs) continue;
      if (link === this.#parent) return this.#suspect();
      this.#doubt(link);
    }
    if (this.#decisionMs <= this.#nowMs) this.#choosePath();
    this.#sendDue();
  }

  #wakeAt(ms: number): void {
    if (ms === this.#wakeMs) return;
    this.#wakeMs = ms;
    clearTimeout(this.#timer);
    if (ms === Infinity) return;
    const nowMs = this.#nowMs;
    const waitMs = Math.max(0, Math.ceil(ms - nowMs));
    this.#timer = setTimeout(() => {
      this.#wakeMs = Infinity;
      this.#nowMs = performance.now();
      this.#noteLateness(this.#nowMs - nowMs - waitMs);
      this.#step();
    }, waitMs);
  }

  /**
   * Who is held up himself, on a busy machine or by a pause, must not blame others: every
   * acknowledgement gets as much longer as four hops do that are as late as this node's timers (after
   * Lifeguard: Dadgar, Phillips, Currey, "Lifeguard: Local Health Awareness for More Accurate Failure
   * Detection", 2018).
   */
  get #graceMs(): number {
    return HOPS_OF_ROUND_TRIP * this.#lateMs;
  }

  #noteLateness(lateMs: number): void {
    this.#lateMs = Math.max(lateMs, this.#lateMs * LATENESS_DECAY);
  }

  /** Sends what is due. When it is time to scatter, all below who lack something are sent it. */
  #sendDue(): void {
    const scatters = this.#mustScatter();
    if (scatters) this.#scatteredMs = this.#nowMs;
    for (const link of this.#links.values()) {
      const isDue = this.#dueMs(link) <= this.#nowMs;
      const lacks = scatters && this.#isBelow(link) && link.outbox.unsentSinceMs !== undefined;
      if (isDue || lacks) this.#send(link);
    }
  }

  #mustScatter(): boolean {
    for (const link of this.#links.values()) {
      if (this.#isBelow(link) && this.#newsDueMs(link) <= this.#nowMs) return true;
    }
    return false;
  }

  #isBelow(link: Link): boolean {
    return link !== this.#parent && this.#serves(link) && isUp(link);
  }

  /** When a link on which something waits to be acknowledged is to be doubted. */
  #deadlineMs(link: Link): number {
    if (!isUp(link) || !this.#isOnTree(link)) return Infinity;
    const sinceMs = link.outbox.unacknowledgedSinceMs;
    if (sinceMs === undefined) return Infinity;
    if (link === this.#parent) return sinceMs + this.#overdueMs + this.#graceMs;
    return sinceMs + this.#schedule.ackUpMs + this.#schedule.patienceMs + this.#graceMs;
  }

  #isOnTree(link: Link): boolean {
    return link === this.#parent || this.#serves(link);
  }

  #serves(link: Link): boolean {
    return link.isChild || (this.isRoot && this.#probedMs <= this.#nowMs);
  }

  /** When a peer is to be sent the next message. */
  #dueMs(link: Link): number {
    const { outbox, owedSinceMs = Infinity, askedSinceMs = Infinity } = link;
    const { ackDownMs, patienceMs, probeMs } = this.#schedule;
    const answerMs = Math.max(askedSinceMs, link.answeredMs + patienceMs);
    if (!this.#isOnTree(link)) return Math.min(answerMs, owedSinceMs + ackDownMs);
    if (isUp(link)) return Math.min(answerMs, this.#newsDueMs(link), this.#ackDueMs(link));
    return Math.min(answerMs, outbox.size > 0 ? outbox.lastSentMs + probeMs : Infinity);
  }

  #newsDueMs(link: Link): number {
    const { report, scatter } = this.#schedule;
    const sinceMs = link.outbox.unsentSinceMs;
    if (sinceMs === undefined) return Infinity;
    return link === this.#parent ? report(sinceMs, this) : scatter(sinceMs, this);
  }

  #ackDueMs(link: Link): number {
    const { ackUpMs, ackDownMs, lateMs = 0 } = this.#schedule;
    const { owedSinceMs = Infinity } = link;
    if (link === this.#parent) return owedSinceMs + ackUpMs;
    const afterScatterMs = owedSinceMs - this.#scatteredMs;
    const isLate = afterScatterMs >= 0 && afterScatterMs < lateMs;
    return isLate ? owedSinceMs : owedSinceMs + ackDownMs;
  }

  #send(link: Link): void {
    const nowMs = this.#nowMs;
    // What is outstanding goes along the tree. Others that wait for a word get just that, or the
    // two would go on to acknowledge each other's news for ever.
    const { seq, values } = this.#isOnTree(link)
      ? link.outbox.take(nowMs)
      : { seq: link.outbox.takeNothing(nowMs), values: [] };
    const aside = this.#isOnTree(link) ? [] : this.#missedBy(link);
    if (link.askedSinceMs !== undefined) link.answeredMs = nowMs;
    link.owedSinceMs = link.askedSinceMs = undefined;
    this.#node.send(link.peer, news, { ...this.#claim(link), seq, values, aside });
  }

  /** What has been on its way while a peer lost its root, and may not have come. */
  #missedBy({ peer, path }: Link): number[] {
    return this.#knowsBetterThan(peer, path)
      ? this.#log.since(this.#nowMs - 2 * this.#overdueMs)
      : [];
  }

  /** What every message says. */
  #claim(link: Link) {
    return {
      ack: link.heardSeq,
      held: link.heardSeq === 0 ? 0 : Math.round(this.#nowMs - link.newestMs),
      path: [...this.#path],
      stamp: this.#stamp,
      probe: !isUp(link),
    };
  }
}

function newLink(start: Pick<Link, "peer" | "outbox" | "path" | "isChild">): Link {
  return {
    ...start,
    stamp: 0,
    heardSeq: 0,
    newestMs: -Infinity,
    heardMs: -Infinity,
    owedSinceMs: undefined,
    askedSinceMs: undefined,
    answeredMs: -Infinity,
    doubtedSeq: undefined,
  };
}

function isUp(link: Link): boolean {
  return link.doubtedSeq === undefined;
}
