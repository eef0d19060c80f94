import { assert, assertEquals } from "@std/assert";
import { type Entry, Log } from "./log.ts";
import { Membership } from "./membership.ts";
import type { Message } from "./messages.ts";
import { Raft } from "./raft.ts";

type Talk = Message<string, string>;

const SERVERS = ["n0", "n1", "n2", "n3"];

/** The node n0, which does at once what is ready; n0, n1 and n2 vote, and n3 may come to. */
class Subject {
  readonly raft: Raft<string, string>;
  /** What was sent since the last look. */
  #sent: [to: string, message: Talk][] = [];

  constructor({ id = "n0", entries = [], voters = SERVERS.slice(0, 3) }: {
    readonly id?: string;
    readonly entries?: readonly Entry<string>[];
    readonly voters?: readonly string[];
  } = {}) {
    this.raft = new Raft<string, string>({
      id,
      voters,
      servers: SERVERS,
      random: () => 0,
      state: () => "state",
      keptEntries: 2,
      stored: { number: 0, term: entries.at(-1)?.[0] ?? 0, vote: null, snapshot: null, entries },
    });
  }

  settle(): void {
    this.#sent.push(...this.raft.early());
    for (let ready = this.raft.ready(); ready !== undefined; ready = this.raft.ready()) {
      this.#sent.push(...ready.messages);
      this.raft.advance();
      this.#sent.push(...this.raft.early());
    }
  }

  hear(from: string, message: Talk): void {
    this.raft.step(from, message);
    this.settle();
  }

  matched(from: string, index: number): void {
    this.hear(from, { type: "matched", term: this.raft.term, round: 1, index });
  }

  /** Hears from a node that it has no entry, and so not the one of that index. */
  hasNothing(from: string, index: number): void {
    const possible = { index: 0, term: 0 };
    this.hear(from, { type: "rejected", term: this.raft.term, round: 1, index, possible });
  }

  pass(ticks: number): void {
    for (let i = 0; i < ticks; i++) this.raft.tick();
    this.settle();
  }

  change(change: Parameters<Raft<string, string>["changeVoters"]>[0]): boolean {
    const isTaken = this.raft.changeVoters(change);
    this.settle();
    return isTaken;
  }

  /** Wins the election of the next term, whose first entry is committed unless told otherwise. */
  lead({ isCommitted = true } = {}): this {
    this.pass(6);
    const term = this.raft.term + 1;
    this.hear("n1", { type: "voted", term, pre: true, tick: 0, granted: true });
    this.hear("n1", { type: "voted", term, pre: false, tick: 6, granted: true });
    assertEquals(this.raft.role, "leader");
    if (isCommitted) this.matched("n1", this.raft.log.last.index);
    this.take();
    return this;
  }

  take(): [to: string, message: Talk][] {
    return this.#sent.splice(0);
  }
}

Deno.test("voters are those of the last change that is held, at every index", () => {
  const membership = new Membership(["a"]);
  membership.push(3, ["a", "b"]);
  membership.push(5, ["b"]);
  const voters = () => [2, 3, 4, 5].map((index) => membership.at(index).join(""));
  assertEquals([voters(), membership.lastChange], [["a", "ab", "ab", "b"], 5]);
  membership.truncate(5);
  assertEquals([voters(), membership.lastChange], [["a", "ab", "ab", "ab"], 3]);
  membership.compact(3);
  assertEquals([voters(), membership.lastChange], [["ab", "ab", "ab", "ab"], 0]);
  assertEquals(membership.voters, ["a", "b"]);
});

Deno.test("a change counts from its entry on, and no more when the entry is replaced", () => {
  const log = new Log<string>({ index: 0, term: 0 }, [[1, "x"], [1, null, ["n0"]]], ["n0", "n1"]);
  assertEquals([log.voters, log.lastChange], [["n0"], 2]);
  assertEquals([log.changedVotersAt(1), log.changedVotersAt(2)], [undefined, ["n0"]]);
  log.merge(1, [[2, "y"]]);
  assertEquals([log.voters, log.lastChange], [["n0", "n1"], 0]);
  log.restore({ index: 9, term: 3, voters: ["n1"] });
  assertEquals(log.voters, ["n1"]);
  log.restore({ index: 10, term: 3 });
  assertEquals(log.voters, ["n0", "n1"]);
});

Deno.test("a node that is added gets the log first, and votes when it has all that is committed", () => {
  const subject = new Subject().lead();
  subject.raft.propose("x");
  subject.matched("n1", 2);
  assertEquals([subject.change({ add: "n3" }), subject.raft.log.voters.length], [true, 3]);
  subject.hasNothing("n3", 2);
  const [[to, message] = []] = subject.take().filter(([to]) => to === "n3").slice(-1);
  assert(message?.type === "append");
  assertEquals([to, message.behind.index, message.entries], ["n3", 0, [[1, null], [1, "x"]]]);
  subject.matched("n3", 1);
  assertEquals(subject.raft.log.voters.length, 3, "it does not vote yet");
  subject.matched("n3", 2);
  assertEquals(subject.raft.log.voters, SERVERS);
  subject.matched("n1", 3);
  assertEquals(subject.raft.log.committed, 2, "two of four are no majority");
  subject.matched("n3", 3);
  assertEquals([subject.raft.log.committed, subject.raft.log.last.index], [3, 3]);
});

Deno.test("a leader takes no change before the last is committed, nor before an entry of its term is", () => {
  const subject = new Subject().lead({ isCommitted: false });
  assertEquals(subject.change({ remove: "n2" }), false);
  subject.matched("n1", 1);
  assertEquals(subject.change({ remove: "n2" }), true);
  assertEquals(subject.change({ remove: "n1" }), false);
  subject.matched("n1", 2);
  assertEquals([subject.raft.log.committed, subject.raft.log.voters], [2, ["n0", "n1"]]);
  assertEquals(subject.change({ remove: "n1" }), true);
});

Deno.test("only a leader takes changes, and none that would leave no voter", () => {
  assertEquals(new Subject().change({ add: "n3" }), false);
  const alone = new Subject({ voters: ["n0"] });
  alone.pass(6);
  assertEquals([alone.raft.role, alone.raft.log.committed], ["leader", 1]);
  assertEquals(alone.change({ remove: "n0" }), false);
  assertEquals(alone.change({ remove: "n2" }), true, "it does not vote anyway");
  assertEquals(alone.raft.log.last.index, 1);
});

Deno.test("a leader that is removed does not count itself, and goes once that is committed", () => {
  const subject = new Subject().lead();
  subject.change({ remove: "n0" });
  subject.matched("n1", 2);
  assertEquals([subject.raft.role, subject.raft.log.committed], ["leader", 1]);
  subject.take();
  subject.matched("n2", 2);
  assertEquals([subject.raft.role, subject.raft.log.committed], ["follower", 2]);
  const resigned: Talk = { type: "resigned", term: 1, heir: "n1" };
  assertEquals(subject.take().slice(-2), [["n1", resigned], ["n2", resigned]]);
  subject.hear("n1", { type: "outdated", term: 2 });
  subject.pass(100);
  assertEquals(subject.raft.role, "follower", "it stands no more");
});

Deno.test("a node that does not vote never stands, and its vote does not count", () => {
  const outsider = new Subject({ id: "n3" });
  outsider.pass(100);
  outsider.hear("n1", {
    type: "append",
    term: 1,
    round: 1,
    roundTrip: 0,
    behind: { index: 0, term: 0 },
    entries: [],
    committed: 0,
  });
  outsider.hear("n1", { type: "resigned", term: 1, heir: "n3" });
  assertEquals(outsider.raft.role, "follower");
  const subject = new Subject();
  subject.pass(6);
  subject.hear("n3", { type: "voted", term: 1, pre: true, tick: 0, granted: true });
  assertEquals(subject.raft.role, "precandidate");
});

Deno.test("a node whose removal may not be committed stands, and does not vote for itself", () => {
  const removal: Entry<string> = [1, null, ["n1", "n2"]];
  const subject = new Subject({ entries: [[1, null], removal] });
  subject.pass(6);
  assertEquals(subject.take().map(([to]) => to), ["n1", "n2"]);
  subject.hear("n1", { type: "voted", term: 2, pre: true, tick: 0, granted: true });
  assertEquals(subject.raft.role, "precandidate");
  subject.hear("n2", { type: "voted", term: 2, pre: true, tick: 0, granted: true });
  assertEquals(subject.raft.role, "candidate");
});

Deno.test("a leader that hears nobody stands again if the others may not know that they vote", () => {
  const subject = new Subject({ voters: ["n0"] });
  subject.pass(6);
  subject.change({ add: "n3" });
  subject.hasNothing("n3", 1);
  subject.matched("n3", 1);
  assertEquals(subject.raft.log.voters, ["n0", "n3"]);
  subject.pass(30);
  assertEquals(subject.raft.role, "precandidate");
});

Deno.test("a node that hears its leader is not disturbed by one that was removed", () => {
  const subject = new Subject({ entries: [[1, null], [1, null, ["n0", "n1"]]] });
  const last = { index: 2, term: 1 };
  subject.hear("n1", {
    type: "append",
    term: 1,
    round: 1,
    roundTrip: 0,
    behind: last,
    entries: [],
    committed: 2,
  });
  subject.take();
  for (const pre of [true, false]) {
    subject.hear("n2", { type: "vote", term: 9, pre, tick: 0, last });
    assertEquals([subject.take(), subject.raft.term, subject.raft.leader], [[], 1, "n1"]);
  }
});

Deno.test("a snapshot says who votes, also after a restart", () => {
  const subject = new Subject().lead();
  subject.change({ remove: "n2" });
  subject.matched("n1", 2);
  for (let index = 3; index <= 9; index++) {
    subject.raft.propose("x");
    subject.settle();
    subject.matched("n1", index);
  }
  const { log } = subject.raft;
  assert(log.first > 2, "the entry is no longer held");
  assertEquals([log.lastChange, log.voters], [0, ["n0", "n1"]]);
  const { snapshot } = subject.raft.store();
  assertEquals(snapshot?.voters, ["n0", "n1"]);
  subject.change({ add: "n3" });
  subject.hasNothing("n3", 9);
  const sent = subject.take().find(([to, { type }]) => to === "n3" && type === "snapshot");
  assert(sent?.[1].type === "snapshot");
  assertEquals(sent[1].snapshot.voters, ["n0", "n1"]);
  const added = new Subject({ id: "n3" });
  added.hear("n0", sent[1]);
  assertEquals(added.raft.log.voters, ["n0", "n1"]);
});

Deno.test("to ask for the same change again does not begin it anew", () => {
  const subject = new Subject().lead();
  subject.raft.propose("x");
  subject.matched("n1", 2);
  subject.change({ add: "n3" });
  subject.hasNothing("n3", 2);
  subject.take();
  assertEquals(subject.change({ add: "n3" }), true);
  assertEquals(subject.take().filter(([to]) => to === "n3"), [], "it has been sent the log");
  subject.matched("n3", 2);
  assertEquals(subject.raft.log.voters, SERVERS);
});

Deno.test("a node that is always a little behind comes to vote, one that is far behind does not", () => {
  const subject = new Subject().lead();
  let round = 1;
  /** All hear the leader for a while, and n3 acknowledges entries later than the others. */
  const go = (ticks: number, behind: number) => {
    for (let i = 0; i < ticks; i += 2) {
      subject.raft.propose("x");
      subject.pass(2);
      round++;
      const { index } = subject.raft.log.last;
      const { term } = subject.raft;
      subject.hear("n1", { type: "matched", term, round, index });
      subject.hear("n3", { type: "matched", term, round, index: Math.max(index - behind, 0) });
    }
  };
  go(40, 0);
  subject.change({ add: "n3" });
  go(60, 15);
  assertEquals([subject.raft.role, subject.raft.log.voters.length], ["leader", 3]);
  go(20, 1);
  assertEquals(subject.raft.log.voters, SERVERS);
});
