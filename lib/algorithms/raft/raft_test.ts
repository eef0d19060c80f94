import { assert, assertEquals } from "@std/assert";
import { Random } from "../../workbench/random.ts";
import type { Entry, Position } from "./log.ts";
import { isPlausible, type Message } from "./messages.ts";
import { Raft } from "./raft.ts";

type Talk = Message<string, string>;

/** The node n0 of three, which has done everything that was ready. */
class Subject {
  readonly raft: Raft<string, string>;
  /** What was sent since the last look. */
  sent: [to: string, message: Talk][] = [];

  constructor(terms: readonly number[] = [], keptSize?: number) {
    const entries = terms.map((term): Entry<string> => [term, "x"]);
    this.raft = new Raft<string, string>({
      id: "n0",
      voters: ["n0", "n1", "n2"],
      random: () => 0,
      state: () => "state",
      ...(keptSize !== undefined && { keptSize }),
      stored: { number: 0, term: terms.at(-1) ?? 0, vote: null, snapshot: null, entries },
    });
  }

  settle(): readonly number[] {
    const reads: number[] = [];
    this.sent.push(...this.raft.early());
    for (let ready = this.raft.ready(); ready !== undefined; ready = this.raft.ready()) {
      this.sent.push(...ready.messages);
      reads.push(...ready.reads);
      this.raft.advance();
      this.sent.push(...this.raft.early());
    }
    return reads;
  }

  hear(from: string, message: Talk): readonly number[] {
    this.raft.step(from, message);
    return this.settle();
  }

  pass(ticks: number): void {
    for (let i = 0; i < ticks; i++) this.raft.tick();
    this.settle();
  }

  /** Wins the election of a term. */
  lead(): this {
    this.pass(6);
    const term = this.raft.term + 1;
    this.hear("n1", { type: "voted", term, pre: true, tick: 0, granted: true });
    this.hear("n1", { type: "voted", term, pre: false, tick: 6, granted: true });
    assertEquals(this.raft.role, "leader");
    this.sent = [];
    return this;
  }
}

const start: Position = { index: 0, term: 0 };
const snapshot = { index: 1, term: 1, state: "state" };

Deno.test("a vote is stored before it is given", () => {
  const { raft } = new Subject();
  raft.step("n1", { type: "vote", term: 1, pre: false, tick: 0, last: start });
  const ready = raft.ready();
  assertEquals([ready?.record?.term, ready?.record?.vote], [1, "n1"]);
  assertEquals(ready?.messages[0]?.[1].type, "voted");
});

Deno.test("a leader sends entries before it stores them, a follower stores them before it answers", () => {
  const leader = new Subject().lead();
  leader.hear("n1", { type: "matched", term: 1, round: 1, index: 1 });
  leader.raft.propose("a");
  const [[, entries] = []] = leader.raft.early();
  const sent = leader.raft.ready();
  assert(entries?.type === "append");
  assertEquals([sent?.record?.entries, sent?.messages], [entries.entries, []]);
  leader.raft.step("n1", { type: "matched", term: 1, round: 1, index: 2 });
  assertEquals(leader.raft.log.committed, 1, "it does not count itself before it has stored them");
  leader.raft.advance();
  assertEquals(leader.raft.log.committed, 2);
  const follower = new Subject();
  follower.raft.step("n1", { ...entries, behind: start });
  assertEquals(follower.raft.early(), []);
  assertEquals(follower.raft.ready()?.messages[0]?.[1].type, "matched");
});

Deno.test("a leader is heard while it stores, and steps down if that never ends", () => {
  const leader = new Subject().lead();
  for (const from of ["n1", "n2"]) {
    leader.hear(from, { type: "matched", term: 1, round: 1, index: 1 });
  }
  const { raft } = leader;
  raft.propose("a");
  raft.early();
  raft.ready();
  raft.propose("b");
  assertEquals(raft.early().flatMap(([, message]) => message.type), ["append", "append"]);
  let heartbeats = 0;
  const pass = () => {
    raft.tick();
    for (const [to, message] of raft.early()) {
      assert(message.type === "append");
      heartbeats++;
      raft.step(to, { type: "matched", term: 1, round: message.round, index: 3 });
    }
  };
  for (let i = 0; i < 40; i++) pass();
  assertEquals([raft.role, raft.log.committed, raft.log.stable], ["leader", 3, 1]);
  assertEquals(heartbeats, 2 * 19, "the entries stand for the first");
  pass();
  assertEquals(raft.role, "follower");
});

Deno.test("a node that votes alone leads again once its disk does what it is asked", () => {
  const raft = new Raft<string, string>({
    id: "n0",
    voters: ["n0"],
    random: () => 0,
    state: () => "state",
  });
  const pass = (ticks: number) => {
    for (let i = 0; i < ticks; i++) raft.tick();
  };
  const settle = () => {
    while (raft.ready() !== undefined) raft.advance();
  };
  pass(6);
  settle();
  assertEquals(raft.role, "leader");
  raft.propose("a");
  raft.ready();
  pass(60);
  assertEquals(raft.role, "follower", "it has stood still");
  raft.advance();
  pass(9);
  settle();
  assertEquals([raft.role, raft.log.committed], ["leader", 3]);
});

Deno.test("a vote is stored also in a term that is stored already", () => {
  const subject = new Subject();
  subject.hear("n2", { type: "outdated", term: 1 });
  subject.raft.step("n1", { type: "vote", term: 1, pre: false, tick: 0, last: start });
  assertEquals(subject.raft.ready()?.record?.vote, "n1");
});

Deno.test("a node votes for one candidate in a term, and again for the same", () => {
  const subject = new Subject();
  for (const from of ["n1", "n2", "n1"]) {
    subject.hear(from, { type: "vote", term: 1, pre: false, tick: 0, last: start });
  }
  const granted = subject.sent.map(([, message]) => message.type === "voted" && message.granted);
  assertEquals(granted, [true, false, true]);
});

Deno.test("a node that hears a leader votes for nobody else, until the leader falls silent", () => {
  const subject = new Subject();
  const heartbeat: Talk = {
    type: "append",
    term: 1,
    round: 1,
    roundTrip: 0,
    behind: start,
    entries: [],
    committed: 0,
  };
  subject.hear("n1", heartbeat);
  subject.hear("n2", { type: "vote", term: 2, pre: false, tick: 0, last: start });
  assertEquals([subject.raft.term, subject.raft.leader], [1, "n1"]);
  subject.pass(3);
  subject.hear("n2", { type: "vote", term: 2, pre: false, tick: 0, last: start });
  assertEquals(subject.raft.term, 1);
  subject.pass(1); // two heartbeats are missing; who missed another before stands already
  subject.hear("n2", { type: "vote", term: 2, pre: false, tick: 0, last: start });
  assertEquals(subject.raft.term, 2);
});

Deno.test("a node that waits for its disk does not stand", () => {
  const { raft } = new Subject();
  raft.step("n1", { type: "vote", term: 1, pre: false, tick: 0, last: start });
  raft.ready();
  for (let i = 0; i < 20; i++) raft.tick();
  assertEquals(raft.role, "follower");
  raft.advance();
  raft.tick();
  assertEquals(raft.role, "precandidate");
});

Deno.test("of two that stand at once, the one with the older log or the greater id stands back", () => {
  const subject = new Subject();
  const standBack = (from: string, last: Position) => {
    subject.hear(from, { type: "vote", term: 2, pre: true, tick: 0, last });
    const [, answer] = subject.sent.at(-1) ?? [];
    return [answer?.type === "voted" && answer.granted, subject.raft.role];
  };
  subject.pass(6);
  assertEquals(standBack("n1", start), [false, "precandidate"]);
  assertEquals(standBack("n1", { index: 1, term: 1 }), [true, "follower"]);
  subject.pass(11);
  assertEquals(subject.raft.role, "follower");
  subject.pass(1);
  assertEquals(subject.raft.role, "precandidate");
});

Deno.test("a candidate waits for votes twice as long as its pre-votes took", () => {
  const subject = new Subject();
  subject.pass(6);
  subject.pass(5);
  subject.hear("n1", { type: "voted", term: 1, pre: true, tick: 6, granted: true });
  subject.pass(9);
  assertEquals(subject.raft.role, "candidate");
  subject.pass(1);
  assertEquals(subject.raft.role, "precandidate");
});

Deno.test("a leader that hears from no majority steps down, and stands no more until it hears", () => {
  const subject = new Subject().lead();
  subject.pass(5);
  subject.hear("n2", { type: "matched", term: 1, round: 1, index: 1 });
  subject.pass(8);
  assertEquals(subject.raft.role, "leader");
  subject.pass(1);
  assertEquals([subject.raft.role, subject.raft.leader], ["follower", undefined]);
  subject.pass(50);
  assertEquals(subject.raft.role, "follower");
  subject.hear("n1", { type: "voted", term: 1, pre: true, tick: 0, granted: false });
  subject.pass(9);
  assertEquals(subject.raft.role, "precandidate");
});

Deno.test("a leader that steps down names the follower with the newest log, and that one stands at once", () => {
  const leader = new Subject().lead();
  leader.hear("n1", { type: "matched", term: 1, round: 1, index: 0 });
  leader.hear("n2", { type: "matched", term: 1, round: 1, index: 1 });
  leader.pass(10);
  const resigned: Talk = { type: "resigned", term: 1, heir: "n2" };
  assertEquals(leader.sent.slice(-2), [["n1", resigned], ["n2", resigned]]);
  for (const [heir, role] of [["n0", "candidate"], ["n2", "follower"]] as const) {
    const subject = new Subject([1]);
    subject.hear("n1", { type: "snapshot", term: 1, round: 1, snapshot });
    for (const from of ["n2", "n1"]) {
      assertEquals([subject.raft.role, subject.raft.leader], ["follower", "n1"]);
      subject.hear(from, { type: "resigned", term: 1, heir });
    }
    assertEquals([subject.raft.role, subject.raft.leader], [role, undefined]);
    subject.hear("n2", { type: "vote", term: 2, pre: false, tick: 0, last: snapshot });
    assertEquals(subject.raft.term, 2, "votes are no longer refused for the old leader's sake");
  }
});

Deno.test("a leader waits for a majority for two of its round trips", () => {
  const subject = new Subject();
  subject.pass(11);
  subject.hear("n1", { type: "voted", term: 1, pre: true, tick: 6, granted: true });
  subject.pass(9);
  subject.hear("n1", { type: "voted", term: 1, pre: false, tick: 11, granted: true });
  subject.pass(17);
  assertEquals([subject.raft.role, subject.raft.roundTripTicks], ["leader", 9]);
  subject.pass(1);
  assertEquals(subject.raft.role, "follower");
});

Deno.test("a leader tells its followers how long a round trip takes", () => {
  const subject = new Subject().lead();
  subject.pass(8);
  subject.hear("n1", { type: "matched", term: 1, round: 1, index: 1 });
  subject.hear("n2", { type: "matched", term: 1, round: 1, index: 1 });
  subject.sent = [];
  subject.pass(2);
  const told = subject.sent.map(([, message]) => message.type === "append" && message.roundTrip);
  assertEquals(told, [8, 8]);
});

Deno.test("a follower is as patient as round trips are long", () => {
  const subject = new Subject();
  const heartbeat: Talk = {
    type: "append",
    term: 1,
    round: 1,
    roundTrip: 32,
    behind: start,
    entries: [],
    committed: 0,
  };
  subject.hear("n1", heartbeat);
  subject.hear("n1", { ...heartbeat, round: 2 });
  subject.pass(15);
  assertEquals(subject.raft.role, "follower");
  subject.pass(1);
  assertEquals(subject.raft.role, "precandidate");
});

Deno.test("a candidate asks again for votes that do not come", () => {
  const subject = new Subject();
  subject.pass(11);
  subject.hear("n1", { type: "voted", term: 1, pre: true, tick: 6, granted: true });
  subject.sent = [];
  subject.pass(5);
  assertEquals(subject.sent, []);
  subject.pass(1);
  const again = { type: "vote", term: 1, pre: false, tick: 17, last: start } as const;
  assertEquals(subject.sent, [["n1", again], ["n2", again]]);
});

Deno.test("a node stands back for a rival once, as that may be one that hears nobody", () => {
  const subject = new Subject();
  const ask: Talk = { type: "vote", term: 2, pre: true, tick: 0, last: { index: 1, term: 1 } };
  subject.pass(6);
  subject.hear("n1", ask);
  assertEquals(subject.raft.role, "follower");
  subject.pass(12);
  subject.hear("n1", ask);
  assertEquals(subject.raft.role, "precandidate");
});

Deno.test("a read is served once a majority has answered a round that began after it", () => {
  const subject = new Subject().lead();
  subject.hear("n1", { type: "matched", term: 1, round: 1, index: 1 });
  subject.raft.read(7);
  assertEquals(subject.settle(), []);
  assertEquals(subject.hear("n1", { type: "matched", term: 1, round: 1, index: 1 }), []);
  assertEquals(subject.hear("n2", { type: "matched", term: 1, round: 2, index: 0 }), [7]);
});

Deno.test("a new leader serves no read before an entry of its term is committed", () => {
  const subject = new Subject().lead();
  subject.raft.read(7);
  subject.settle();
  assertEquals(subject.hear("n2", { type: "matched", term: 1, round: 2, index: 0 }), []);
  assertEquals(subject.hear("n1", { type: "matched", term: 1, round: 2, index: 1 }), [7]);
});

Deno.test("all commands of a moment share a message, and one that is too much is refused", () => {
  const subject = new Subject().lead();
  subject.hear("n1", { type: "matched", term: 1, round: 1, index: 1 });
  subject.sent = [];
  for (const command of ["a", "b", "c"]) subject.raft.propose(command);
  subject.settle();
  const toN1 = subject.sent.filter(([to]) => to === "n1").map(([, message]) => message);
  assertEquals(toN1.map((message) => message.type === "append" && message.entries.length), [3]);
  const large = "x".repeat(6_000_000);
  assertEquals([1, 2, 3, 4].map(() => subject.raft.propose(large)), [true, true, true, false]);
});

Deno.test("applied entries are kept up to twice a size, however few they are", () => {
  const leader = new Subject([], 1_000).lead();
  const follower = new Subject([], 1_000);
  const command = "x".repeat(100);
  const mostKept = [0, 0];
  for (let index = 1; index <= 40; index++) {
    leader.hear("n1", { type: "matched", term: 1, round: 1, index });
    leader.raft.propose(command);
    leader.settle();
    follower.hear("n1", {
      type: "append",
      term: 1,
      round: 1,
      roundTrip: 0,
      behind: index === 1 ? start : { index: index - 1, term: 1 },
      entries: [[1, command]],
      committed: index,
    });
    for (const [i, { raft: { log } }] of [leader, follower].entries()) {
      mostKept[i] = Math.max(mostKept[i] ?? 0, log.sizeOf(log.first, log.applied));
      assertEquals(log.applied, index);
    }
  }
  for (const size of mostKept) assert(size > 1_500 && size <= 2_000, `${size}`);
  leader.raft.propose("x".repeat(5_000));
  leader.hear("n1", { type: "matched", term: 1, round: 1, index: 42 });
  assertEquals(leader.raft.log.first, 43, "one that exceeds the size alone is not kept");
});

Deno.test("a follower whose disk hangs refuses commands beyond a size, and takes them later", () => {
  const { raft } = new Subject();
  const heartbeat = { type: "append", term: 1, round: 1, roundTrip: 0, committed: 0 } as const;
  raft.step("n1", { ...heartbeat, behind: start, entries: [] });
  raft.ready(); // it waits for its disk
  const large = "x".repeat(6_000_000);
  assertEquals([1, 2, 3, 4].map(() => raft.propose(large)), [true, true, true, false]);
  raft.advance();
  assertEquals(raft.ready()?.messages.length, 3);
  assertEquals(raft.propose(large), true);
});

Deno.test("a node says when it has no room for what it is asked", () => {
  const { raft } = new Subject();
  const heartbeat = { type: "append", term: 1, round: 1, roundTrip: 0, committed: 0 } as const;
  raft.step("n1", { ...heartbeat, behind: start, entries: [] });
  raft.ready();
  let taken = 0;
  while (taken < 20_000 && raft.propose("a")) taken++;
  assertEquals([taken, raft.read(7)], [10_000, false]);
  raft.advance();
  raft.ready();
  assertEquals([raft.propose("a"), raft.read(7)], [true, true]);
});

Deno.test("of as many reads as can wait at a node none is forgotten", () => {
  const subject = new Subject().lead();
  subject.hear("n1", { type: "matched", term: 1, round: 1, index: 1 });
  for (let id = 1; id <= 10_000; id++) subject.raft.read(id);
  subject.settle();
  const served = subject.hear("n1", { type: "matched", term: 1, round: 2, index: 1 });
  assertEquals(served.length, 10_000);
});

Deno.test("entries of earlier terms count among those that are not committed", () => {
  const subject = new Subject().lead();
  for (let i = 0; i < 3; i++) subject.raft.propose("x".repeat(6_000_000));
  subject.hear("n1", { type: "outdated", term: 2 });
  subject.pass(6);
  subject.lead();
  assertEquals(subject.raft.propose("x"), false);
  subject.hear("n1", { type: "matched", term: 3, round: 1, index: 5 });
  assertEquals(subject.raft.propose("x"), true);
});

Deno.test("entries beyond what one message holds go in several, without waiting", () => {
  const subject = new Subject().lead();
  subject.hear("n1", { type: "matched", term: 1, round: 1, index: 1 });
  subject.sent = [];
  for (let i = 0; i < 4; i++) subject.raft.propose("x".repeat(200_000));
  subject.settle();
  const toN1 = subject.sent.filter(([to]) => to === "n1").map(([, message]) => message);
  assertEquals(toN1.map((message) => message.type === "append" && message.entries.length), [
    1,
    1,
    1,
    1,
  ]);
});

Deno.test("a follower whose journal was removed is sent everything again", () => {
  const subject = new Subject().lead();
  subject.hear("n1", { type: "matched", term: 1, round: 1, index: 1 });
  subject.pass(2);
  subject.sent = [];
  const possible = start;
  subject.hear("n1", { type: "rejected", term: 1, round: 2, index: 1, possible });
  const [[to, message] = []] = subject.sent;
  assert(message?.type === "append");
  assertEquals([to, message.behind, message.entries], ["n1", start, [[1, null]]]);
});

Deno.test("a late snapshot takes away no entry behind it", () => {
  const subject = new Subject([1, 1, 2]);
  const snapshot = { index: 2, term: 1, state: "state" };
  subject.hear("n1", { type: "snapshot", term: 2, round: 1, snapshot });
  assertEquals([subject.raft.log.committed, subject.raft.log.last.index], [2, 3]);
});

Deno.test("what no correct peer would say is not plausible", () => {
  const append = { type: "append", term: 3, round: 1, roundTrip: 0, committed: 0 } as const;
  const wrong: Talk[] = [
    { type: "outdated", term: 0 },
    { type: "outdated", term: Number.MAX_SAFE_INTEGER },
    { type: "vote", term: 2, pre: false, tick: 0, last: { index: 5, term: 3 } },
    { type: "vote", term: 2, pre: false, tick: 0, last: { index: 5, term: 0 } },
    { ...append, behind: { index: 0, term: 1 }, entries: [] },
    { ...append, behind: { index: 2, term: 2 }, entries: [[1, "x"]] },
    { ...append, behind: { index: 2, term: 2 }, entries: [[4, "x"]] },
    { ...append, behind: { index: 2, term: 2 }, entries: [[3, "x"], [2, "y"]] },
    { ...append, behind: { index: 2, term: 2 }, entries: [[3, null, []]] },
    { type: "snapshot", term: 3, round: 1, snapshot: { index: 0, term: 0, state: "s" } },
    {
      type: "snapshot",
      term: 3,
      round: 1,
      snapshot: { index: 1, term: 1, state: "s", voters: [] },
    },
    {
      type: "snapshot",
      term: 3,
      round: 1,
      snapshot: { index: Number.MAX_SAFE_INTEGER, term: 1, state: "s" },
    },
    { type: "rejected", term: 3, round: 1, index: 2, possible: { index: 3, term: 1 } },
  ];
  assertEquals(wrong.filter((message) => isPlausible(message, 2)), []);
});

/** A message of any kind, of the right shape and with numbers that mean nothing. */
function garbage(random: Random): Talk {
  const number = () => random.pick([0, 1, 2, 3, 4, 7, 1_000, Number.MAX_SAFE_INTEGER]);
  const position = () => ({ index: number(), term: number() });
  const voters = () => random.pick([["n0"], ["n1", "n2"], ["n0", "n9"]]);
  const entry = (): Entry<string> =>
    random.chance(0.2) ? [number(), null, voters()] : [number(), "y"];
  const [term, round, index, id] = [number(), number(), number(), number()];
  const pre = random.chance(0.5);
  return random.pick<Talk>([
    { type: "vote", term, pre, tick: number(), last: position() },
    { type: "voted", term, pre, tick: number(), granted: random.chance(0.5) },
    {
      type: "append",
      term,
      round,
      roundTrip: number(),
      behind: position(),
      entries: Array.from({ length: random.int(3) }, entry),
      committed: number(),
    },
    { type: "matched", term, round, index },
    { type: "rejected", term, round, index, possible: position() },
    { type: "snapshot", term, round, snapshot: { ...position(), state: "other" } },
    {
      type: "snapshot",
      term,
      round,
      snapshot: { ...position(), state: "other", voters: voters() },
    },
    { type: "outdated", term },
    { type: "resigned", term, heir: random.pick(["n0", "n1"]) },
    { type: "propose", commands: ["z"] },
    { type: "read", id },
    { type: "readable", id, index },
  ]);
}

Deno.test("whatever a peer says, a node goes on and changes nothing that is committed", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = new Random(seed);
    const subject = new Subject([1, 1, 2]);
    const { raft } = subject;
    const known = new Map<number, number>();
    for (let step = 0; step < 100; step++) {
      const { term } = raft;
      subject.hear(random.pick(["n1", "n2", "n0", "c1"]), garbage(random));
      if (random.chance(0.2)) subject.pass(random.int(8));
      assertEquals(raft.term >= term, true);
      for (let index = raft.log.first; index <= raft.log.committed; index++) {
        const own = raft.log.termAt(index) ?? 0;
        assertEquals(own, known.get(index) ?? own, `seed ${seed}`);
        known.set(index, own);
      }
    }
  }
});
