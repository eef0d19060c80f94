/**
 * Broadcast along a spanning tree that repairs itself.
 *
 * A value goes from the node that learned it up to the root, and from there down to all others.
 * Where every link works the tree is a star around the lowest node, so a value costs n − 1 messages
 * and two message delays. *When* messages go up and down is the schedule of whoever uses the tree
 * (`schedule.ts`), and decides how many values share a message.
 *
 * Between any two nodes there is one kind of message, `news`: everything that the receiver is not
 * known to have, a number that acknowledges what came from it (`outbox.ts`), and what the sender
 * says of itself: its path to the root (`path.ts`), its lateness, when it last scattered. Four rules
 * keep values flowing when links fail and machines are slow:
 *
 * - *Suspect.* When the parent's acknowledgement is overdue (`patience.ts` says when), the parent may
 *   be cut off, and so may anyone. The node takes every link to be in doubt and at once tells
 *   everyone what is outstanding. This costs n − 1 messages and as many answers, and a value loses
 *   no more than the time-out: it is the probe itself. Until the node has found another tree, it
 *   tells everyone of each new value directly, once. Nobody hurries to report what was told to
 *   everyone: if the root was only slow, it knows.
 * - *Confirm.* A link works again once an acknowledgement comes back over it. Whoever gets a message
 *   over a link in doubt answers at once, but only once per round trip: messages sent because
 *   something was received must have a bound, or a network that is slow for a moment drowns in them.
 *   The node follows the best path among the claims of the neighbours that answered: to the lowest
 *   root that is left, by way of a neighbour if need be. If it is itself the lowest, it is the root.
 *   The answers bring what it may have missed since it was cut off.
 * - *Persist.* A root serves all nodes, also those that it has given up for lost, if only now and
 *   then. So when a partition heals, one message in each direction brings both sides together.
 * - *Catch up.* Reports that miss a scatter are passed on in an extra one (`stragglers.ts`).
 *
 * When all is acknowledged, nobody sends anything.
 *
 * *Bound.* Over each link, a node sends its schedule's reports and scatters, one acknowledgement per
 * `ackUpMs` or `ackDownMs`, one extra scatter per regular one, one answer per round trip, and, while
 * the link is in doubt, one probe per `probeMs`. Beyond these, a suspicion costs 2(n − 1) messages,
 * and the number of suspicions grows with the logarithm of lateness (`patience.ts`). A node that has
 * just suspected its parent, or reaches the root only by a relay, sends n − 1 messages for each value
 * of its clients. A root that gets more messages than it can take for good has no bound in latency,
 * and its nodes come to follow relays.
 *
 * Each node keeps every value in memory, once, and for each peer how far it is known to have them; both
 * are in its journal (`memory.ts`), a value before it is shown, passed on or acknowledged. So no kill
 * loses what was acknowledged, to a client or to a peer, and acknowledgements hold across restarts of
 * either side. A node that starts again is heard at once, reports what its peers may lack, and asks
 * its parent, or as the root everyone, for what it has missed: two messages, or 2(n − 1). Values that
 * cannot be stored count as not received, and are sent again. A journal that is removed, or replaced by
 * an older copy, is not filled again by peers that know what was in it.
 *
 * A message costs a sync where it brings something new, and messages that come meanwhile share the next.
 *
 * What a peer says is checked against what it can know, as a single malformed message must not make a
 * peer unheard or a root unfit for good: numbers that cannot have been counted (`news.ts`), paths that
 * do not exist (`path.ts`), acknowledgements of what was never sent (`outbox.ts`), stamps from the
 * future (`route.ts`).
 *
 * The idea of a tree for the payload and repair beside it is Plumtree's (Leitão, Pereira and
 * Rodrigues, "Epidemic Broadcast Trees", 2007); the tree itself is found differently.
 *
 * @module
 */
import type { Node } from "../../node.ts";
import { Alarm } from "./alarm.ts";
import { Link } from "./link.ts";
import { Memory } from "./memory.ts";
import { isPossible, type News, news } from "./news.ts";
import { type Claim, isPossiblePath, type Path, rootOf } from "./path.ts";
import { Patience } from "./patience.ts";
import { Route } from "./route.ts";
import type { Schedule, TreeState } from "./schedule.ts";
import { Stragglers } from "./stragglers.ts";

/** How long the parent may take to acknowledge as long as nothing is known of round trips. */
const FIRST_PATIENCE_MS = 1000;
/** Claims that come within this time, as those of many neighbours at once, lead to one choice. */
const SETTLE_MS = 20;

/** A suspected parent, and the message whose acknowledgement was overdue. */
interface Suspicion {
  readonly parent: Link;
  readonly seq: number;
  /** An acknowledgement until then is only late. */
  readonly untilMs: number;
}

/** One node's part in the broadcast. */
export class BroadcastTree implements TreeState {
  readonly #node: Node;
  readonly #schedule: Schedule;
  readonly #patience: Patience;
  readonly #alarm = new Alarm({
    woken: (nowMs) => this.#step(nowMs),
    late: (lateMs, nowMs) => this.#patience.timerWasLate(lateMs, nowMs),
  });
  readonly #memory: Memory;
  /** Made when they are needed: a node below the root talks to the root, and that is all. */
  readonly #links = new Map<string, Link>();
  readonly #stragglers = new Stragglers();
  /** How many links are in doubt. */
  #doubted = 0;
  #route = new Route("", []);
  /** The link to the first on the path, unless this node is the root. */
  #parent: Link | undefined;
  #suspicion: Suspicion | undefined;
  /** Since when the path may not be the best one. */
  #undecidedSinceMs: number | undefined;
  /** When this node has waited long enough for answers to its probes, and may act as root. */
  #probedMs = -Infinity;
  #scatteredMs = -Infinity;

  constructor(node: Node, schedule: Schedule) {
    this.#node = node;
    this.#schedule = schedule;
    this.#memory = new Memory(node);
    this.#patience = new Patience(schedule.patienceMs, FIRST_PATIENCE_MS - schedule.ackDownMs);
    node.onInit(() => {
      this.#route = new Route(node.id, node.ids);
      this.#linkToParent();
      if (this.isRoot || schedule.direct) this.#linkToAll();
      if (this.#memory.isRestored) setTimeout(() => this.#return(performance.now()));
    });
    node.on(news, async (message, { src }) => {
      if (node.peers.includes(src)) await this.#receive(src, message);
    });
  }

  get isRoot(): boolean {
    return this.#route.path.length === 0;
  }

  get reach(): number {
    const { length } = this.#node.peers;
    return length === 0 ? 1 : 1 - this.#doubted / length;
  }

  get gathered(): boolean {
    for (const link of this.#links.values()) if (this.#isAwaited(link)) return false;
    return true;
  }

  get reportedMs(): number {
    return this.#parent?.outbox.lastSentMs ?? -Infinity;
  }

  get heardParentMs(): number {
    return this.#parent?.heardMs ?? -Infinity;
  }

  get beatMs(): number {
    return this.#parent?.beatMs ?? -Infinity;
  }

  get scatteredMs(): number {
    return this.#scatteredMs;
  }

  get roundTripMs(): number {
    return this.#patience.roundTripMs;
  }

  get lateMs(): number {
    return this.#patience.lateMs;
  }

  /**
   * Stores a value, and broadcasts it.
   *
   * @throws {Error} if it cannot be stored. It is not broadcast then, unless it turns out after a
   * restart to have been stored.
   */
  async add(value: number): Promise<void> {
    const fresh = this.#memory.log.missing([value]);
    if (fresh.length > 0) await this.#memory.store(fresh, null);
    const nowMs = performance.now();
    this.#step(nowMs);
    if (this.#route.path.length > 1) this.#tellNeighbours(value, nowMs);
    else if (this.#schedule.direct || this.#isProbing(nowMs)) this.#tellAll(value, nowMs);
  }

  /**
   * Every value that this node has received, in the order in which it stored them. A read that comes
   * right behind a message waits until what was in it is stored, or the read behind the next message
   * would be the first to show it.
   */
  async read(): Promise<number[]> {
    await this.#memory.settled();
    return [...this.#memory.log.values];
  }

  get #stamp(): number {
    return this.#parent?.stamp ?? Date.now();
  }

  #linkTo(peer: string): Link {
    const known = this.#links.get(peer);
    if (known !== undefined) return known;
    const link = new Link(this.#node.id, peer, this.#node.ids, this.#memory.outboxTo(peer));
    this.#links.set(peer, link);
    return link;
  }

  #linkToParent(): void {
    const [parent] = this.#route.path;
    this.#parent = parent === undefined ? undefined : this.#linkTo(parent);
  }

  #linkToAll(): void {
    for (const peer of this.#node.peers) this.#linkTo(peer);
  }

  /**
   * Comes back after a restart: says what peers may not know, and asks them for what this node has
   * missed and for which they may wait a while to try again.
   */
  #return(nowMs: number): void {
    for (const link of this.#links.values()) {
      if (this.#isOnTree(link, nowMs)) this.#send(link, nowMs);
    }
    this.#step(nowMs);
  }

  // What comes in.

  /**
   * What a message acknowledges counts at once. The rest waits until its values are stored: only
   * then may it be acknowledged itself. If they cannot be stored, it is lost.
   */
  async #receive(src: string, message: News): Promise<void> {
    if (!isPossible(message) || !isPossiblePath(src, message.path, this.#node.ids)) return;
    const link = this.#linkTo(src);
    this.#acknowledged(link, message, performance.now());
    const fresh = this.#memory.log.missing([...message.values, ...message.aside]);
    if (fresh.length > 0) await this.#memory.store(fresh, src);
    this.#heard(link, message, new Set(fresh), performance.now());
  }

  /** Keeps account of what a peer has received. */
  #acknowledged(link: Link, message: News, nowMs: number): void {
    const ack = link.outbox.believe(message.ack);
    const roundTripMs = link.outbox.acknowledge(ack, nowMs);
    if (roundTripMs !== undefined && link === this.#parent) {
      this.#patience.measured(Math.max(0, roundTripMs - message.held));
    }
    this.#reconsider(link, ack, nowMs);
    if (!link.revive(ack)) return;
    this.#doubted--;
    this.#undecidedSinceMs ??= nowMs;
  }

  /** Takes in a message whose values are stored; some of them are fresh. */
  #heard(link: Link, message: News, fresh: ReadonlySet<number>, nowMs: number): void {
    const { peer: src } = link;
    const { path, probe, values, aside } = message;
    const hint = this.#hintsAtLoss(link, path, nowMs);
    if (this.#claims(link, message, nowMs)) this.#undecidedSinceMs ??= nowMs;
    if (values.length > 0) this.#stragglers.reported(src, nowMs);
    this.#passOver([...values, ...aside], link);
    if (!this.#isOnTree(link, nowMs)) this.#defer(fresh, nowMs);
    if (hint) return this.#suspect(nowMs);
    const isOwed = link.owedSinceMs !== undefined && !this.#isOnTree(link, nowMs);
    const isMistaken = this.#route.isBetterThan(src, path) && link.correct(path, nowMs);
    if (probe || !link.isUp || isOwed || isMistaken) link.askedSinceMs ??= nowMs;
    if (this.#makesDue(link, message)) this.#step(nowMs);
  }

  /**
   * Takes note of what a peer says of itself. True if that may make another path the best: another
   * one is claimed, or one that is now credible.
   */
  #claims(link: Link, message: News, nowMs: number): boolean {
    const { seq, path, values } = message;
    if (seq > 0 && values.length > 0) link.owedSinceMs ??= nowMs;
    const isNewer = seq > link.heardSeq;
    const differs = link.hear(message, nowMs);
    return differs || (isNewer && this.#route.hasLost(rootOf(link.peer, path)));
  }

  /** Looks whether a suspected parent has answered after all, and was only late. */
  #reconsider(link: Link, ack: number, nowMs: number): void {
    if (link !== this.#suspicion?.parent || ack < this.#suspicion.seq) return;
    const { untilMs } = this.#suspicion;
    if (link.isFromBeforeDoubt(ack) || nowMs < untilMs) this.#patience.wasFalseAlarm(nowMs);
    this.#suspicion = undefined;
  }

  /** What a peer has sent it need not be sent. */
  #passOver(values: readonly number[], { outbox }: Link): void {
    let place = -1;
    for (const value of values) {
      place = this.#memory.log.placeOf(value, place + 1) ?? place;
      outbox.skip(place);
    }
  }

  /**
   * A peer that tells a value past the tree has told it to everyone. The parent is likely to have it,
   * and if not, hears of it from whoever has something else to report first: n − 2 reports at once
   * would hold up a root that is only slow, and make others suspect it, too.
   */
  #defer(values: Iterable<number>, nowMs: number): void {
    for (const value of values) {
      const place = this.#memory.log.placeOf(value, -1);
      if (place !== undefined) this.#parent?.outbox.defer(place, nowMs + this.#schedule.ackUpMs);
    }
  }

  /** An acknowledgement alone, and a large network has many, makes nothing due unless it is the last. */
  #makesDue(link: Link, { values, aside }: News): boolean {
    return values.length > 0 || aside.length > 0 || link.askedSinceMs !== undefined ||
      this.#undecidedSinceMs !== undefined || this.gathered;
  }

  /**
   * Whether a peer has lost the root that this node follows, and this node has stopped hearing it, too.
   * If that is long ago, there was nothing to hear; then one that asks must not make everyone ask.
   */
  #hintsAtLoss(link: Link, path: Path, nowMs: number): boolean {
    if (this.#parent === undefined) return false;
    const silentMs = nowMs - this.#parent.heardMs - this.#overdueMs(this.#parent);
    const isSilent = silentMs > 0 && silentMs <= this.#schedule.ackUpMs;
    const hasLost = rootOf(link.peer, link.path) === this.#route.root &&
      rootOf(link.peer, path) !== this.#route.root;
    return hasLost && isSilent;
  }

  // Values that go past the tree.

  /** Whether this node has lost its parent, and waits for answers to its probes. */
  #isProbing(nowMs: number): boolean {
    return this.isRoot && nowMs < this.#probedMs;
  }

  /** A node that belongs to no tree at the moment tells a value to everyone, once. */
  #tellAll(value: number, nowMs: number): void {
    for (const link of this.#links.values()) this.#tell(link, value, nowMs);
  }

  /**
   * From behind a relay it is far to others behind relays. The root's neighbours hear of a value soon
   * enough; the other neighbours of this node are told directly, once, with no acknowledgement.
   */
  #tellNeighbours(value: number, nowMs: number): void {
    for (const link of this.#links.values()) {
      if (link.isUp && link !== this.#parent && link.path.length !== 1) {
        this.#tell(link, value, nowMs);
      }
    }
  }

  #tell(link: Link, value: number, nowMs: number): void {
    const body = { ...this.#claim(link, nowMs), probe: false, seq: 0, values: [], aside: [value] };
    this.#node.send(link.peer, news, body);
  }

  // Which path to follow.

  /** Follows the best path there is, and tells whom it concerns if that is a new one. */
  #choosePath(nowMs: number): void {
    const claims: Claim[] = [];
    for (const { peer, path, stamp, isUp } of this.#links.values()) {
      if (isUp) claims.push({ neighbour: peer, path, stamp });
    }
    const path = this.#route.findBetter(claims);
    this.#undecidedSinceMs = undefined;
    if (path === undefined) return;
    const before = this.#parent;
    this.#follow(path);
    if (this.#parent !== before) this.#parent?.outbox.requeue(nowMs);
    for (const link of this.#links.values()) {
      if (link === this.#parent || link === before || link.isChild) this.#send(link, nowMs);
    }
  }

  /** When to choose a path: claims that come together are awaited. */
  get #decisionMs(): number {
    if (this.#undecidedSinceMs === undefined) return Infinity;
    return this.#undecidedSinceMs + SETTLE_MS;
  }

  #follow(path: Path): void {
    this.#route.follow(path, this.#stamp);
    this.#linkToParent();
  }

  /** The parent does not answer. Every link may be cut, so all are tried with what is outstanding. */
  #suspect(nowMs: number): void {
    const parent = this.#parent;
    const seq = parent?.outbox.unacknowledgedSeq;
    this.#suspicion = parent === undefined || seq === undefined
      ? undefined
      : { parent, seq, untilMs: nowMs + 2 * this.#overdueMs(parent) };
    this.#patience.timedOut();
    this.#follow([]);
    this.#undecidedSinceMs = undefined;
    this.#linkToAll();
    for (const link of this.#links.values()) this.#doubt(link);
    for (const link of this.#links.values()) this.#send(link, nowMs);
    this.#scatteredMs = nowMs;
    this.#probedMs = nowMs + this.#answerMs();
    this.#step(nowMs);
  }

  #doubt(link: Link): void {
    if (link.isUp) this.#doubted++;
    link.doubt();
  }

  // What is due, and when.

  /** Does what is due, and comes back when something will be. */
  #step(nowMs: number): void {
    this.#alarm.check(nowMs);
    if (this.#nextMs(nowMs) <= nowMs) this.#doDue(nowMs);
    this.#alarm.set(this.#nextMs(nowMs), nowMs);
  }

  /** When something is due next. */
  #nextMs(nowMs: number): number {
    let nextMs = Math.min(this.#decisionMs, this.#extraDueMs);
    if (this.#probedMs > nowMs) nextMs = Math.min(nextMs, this.#probedMs);
    for (const link of this.#links.values()) {
      nextMs = Math.min(nextMs, this.#dueMs(link, nowMs), this.#deadlineMs(link, nowMs));
    }
    return nextMs;
  }

  #doDue(nowMs: number): void {
    for (const link of this.#links.values()) {
      if (this.#deadlineMs(link, nowMs) > nowMs) continue;
      if (link === this.#parent) return this.#suspect(nowMs);
      this.#doubt(link);
    }
    if (this.#decisionMs <= nowMs) this.#choosePath(nowMs);
    this.#sendDue(nowMs);
  }

  /** Sends what is due. When it is time to scatter, all below that lack something are sent it. */
  #sendDue(nowMs: number): void {
    const scatters = this.#beginScatter(nowMs);
    for (const link of this.#links.values()) {
      const isDue = this.#dueMs(link, nowMs) <= nowMs;
      const lacks = scatters && this.#isBelow(link, nowMs) &&
        link.outbox.unsentSinceMs !== undefined;
      if (isDue || lacks) this.#send(link, nowMs);
    }
  }

  /** Begins the scatter that is due, if one is. */
  #beginScatter(nowMs: number): boolean {
    if (this.#isScatterDue(nowMs)) {
      const links = this.#scatteredMs === -Infinity ? [] : [...this.#links.values()];
      const missing = links.filter((link) => this.#isAwaited(link));
      this.#stragglers.begin(missing.map(({ peer }) => peer));
      this.#scatteredMs = nowMs;
      return true;
    }
    if (this.#extraDueMs > nowMs) return false;
    this.#stragglers.clear();
    return true;
  }

  #isScatterDue(nowMs: number): boolean {
    for (const link of this.#links.values()) {
      if (this.#isBelow(link, nowMs) && this.#newsDueMs(link) <= nowMs) return true;
    }
    return false;
  }

  /** Whether a child that can be reached has not answered the last scatter yet. */
  #isAwaited({ isUp, isChild, heardMs, outbox }: Link): boolean {
    if (!isUp || !isChild) return false;
    return heardMs <= this.#scatteredMs || outbox.unacknowledgedSinceMs !== undefined;
  }

  #isBelow(link: Link, nowMs: number): boolean {
    return link !== this.#parent && link.isUp && this.#serves(link, nowMs);
  }

  #isOnTree(link: Link, nowMs: number): boolean {
    return link === this.#parent || this.#serves(link, nowMs);
  }

  #serves(link: Link, nowMs: number): boolean {
    return link.isChild || (this.isRoot && this.#probedMs <= nowMs);
  }

  /** When a link on which something waits to be acknowledged is to be doubted. */
  #deadlineMs(link: Link, nowMs: number): number {
    if (!link.isUp || !this.#isOnTree(link, nowMs)) return Infinity;
    const sinceMs = link.outbox.unacknowledgedSinceMs;
    return sinceMs === undefined ? Infinity : sinceMs + this.#overdueMs(link);
  }

  /** How long an acknowledgement may take: the time it may wait for a message, and a round trip. */
  #overdueMs(link: Link): number {
    const { ackUpMs, ackDownMs, patienceMs } = this.#schedule;
    const graceMs = this.#patience.graceMs(link.lateMs);
    if (link === this.#parent) return ackDownMs + this.#patience.timeoutMs + graceMs;
    return ackUpMs + patienceMs + graceMs;
  }

  /** How long an answer may take that cannot wait: the least time between two of a kind. */
  #answerMs(link?: Link): number {
    const { answerMs, lateMs } = this.#patience;
    return answerMs + this.#patience.graceMs(link?.lateMs ?? lateMs);
  }

  /** When a peer is to be sent the next message. */
  #dueMs(link: Link, nowMs: number): number {
    const { outbox, owedSinceMs = Infinity, askedSinceMs = Infinity } = link;
    const { ackDownMs, probeMs } = this.#schedule;
    const answerMs = askedSinceMs === Infinity
      ? Infinity
      : Math.max(askedSinceMs, link.answeredMs + this.#answerMs(link));
    if (!this.#isOnTree(link, nowMs)) return Math.min(answerMs, owedSinceMs + ackDownMs);
    if (link.isUp) return Math.min(answerMs, this.#newsDueMs(link), this.#ackDueMs(link));
    if (outbox.size === 0) return answerMs;
    return Math.min(answerMs, outbox.lastSentMs + probeMs + this.#patience.graceMs(0));
  }

  #newsDueMs(link: Link): number {
    const sinceMs = link.outbox.unsentSinceMs;
    if (sinceMs === undefined) return Infinity;
    const { report, scatter } = this.#schedule;
    return link === this.#parent ? report(sinceMs, this) : scatter(sinceMs, this);
  }

  #ackDueMs(link: Link): number {
    const { ackUpMs, ackDownMs } = this.#schedule;
    const { owedSinceMs = Infinity } = link;
    return owedSinceMs + (link === this.#parent ? ackUpMs : ackDownMs);
  }

  get #extraDueMs(): number {
    const { extraMs } = this.#schedule;
    return extraMs === undefined || !this.isRoot ? Infinity : this.#stragglers.dueMs(extraMs);
  }

  // What goes out.

  /**
   * What is outstanding goes along the tree. Other peers that wait for a word get just that, or the
   * two would acknowledge each other's news for ever.
   */
  #send(link: Link, nowMs: number): void {
    const isOnTree = this.#isOnTree(link, nowMs);
    const { seq, values } = isOnTree
      ? link.outbox.take(nowMs)
      : { seq: link.outbox.takeNothing(nowMs), values: [] };
    const aside = isOnTree ? [] : this.#missedBy(link, nowMs);
    if (link.askedSinceMs !== undefined) link.answeredMs = nowMs;
    link.owedSinceMs = link.askedSinceMs = undefined;
    this.#node.send(link.peer, news, { ...this.#claim(link, nowMs), seq, values, aside });
  }

  /** What has been on its way while a peer lost its root, and may not have arrived. */
  #missedBy({ peer, path }: Link, nowMs: number): number[] {
    if (!this.#route.isBetterThan(peer, path)) return [];
    return this.#memory.log.since(
      nowMs - 2 * (this.#schedule.ackDownMs + this.#patience.timeoutMs),
    );
  }

  /** What every message says. */
  #claim(link: Link, nowMs: number) {
    const late = Math.round(this.#patience.lateMs);
    return {
      ack: link.heardSeq,
      held: Math.round(link.heldMs(nowMs)),
      path: [...this.#route.path],
      stamp: this.#stamp,
      ...(late > 0 && { late }),
      ...(this.#scatteredMs > -Infinity && { beat: Math.round(nowMs - this.#scatteredMs) }),
      probe: !link.isUp || (this.#memory.isRestored && link.heardSeq === 0),
    };
  }
}
