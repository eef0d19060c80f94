/**
 * Stories about Raft's core, kept as documents in `testdata/`.
 *
 * `deno test -A lib/algorithms/raft/transcripts_test.ts -- --update` records them again.
 *
 * @module
 */
import { assert } from "@std/assert";
import { assertTranscript } from "../../testing/mod.ts";
import { Cluster, type Letter, type State } from "./cluster_fixture.ts";
import type { Entry, Position } from "./log.ts";
import type { Stored } from "./storage.ts";

type Disk = Stored<string, State>;

/** A node in that term whose entries have these terms. */
function diskOf(term: number, ...terms: number[]): Disk {
  const entries = terms.map((own, i): Entry<string> => [own, `${own}.${i + 1}`]);
  return { number: 0, term, vote: null, snapshot: null, entries };
}

/** A cluster that does what it is told, and what is written down of it. */
class Story {
  readonly lines: string[] = [];
  readonly #cluster: Cluster;
  #deaf: string | undefined;

  constructor(disks: Readonly<Record<string, Disk>>) {
    const voters = Object.keys(disks);
    // All have the shortest time-out, so whoever's time is made to pass stands first.
    this.#cluster = new Cluster({ voters, random: () => 0, keptEntries: 100, disks });
    this.show();
  }

  title(text: string): void {
    this.lines.push("", `── ${text} ──`);
  }

  /** Shows every log as the paper does: the terms of its entries, the committed ones up to the bar. */
  show(): void {
    for (const { id, raft, disk } of this.#cluster.members) {
      const terms = disk.entries.map(([term]) => term);
      const committed = raft?.log.committed ?? 0;
      const log = [...terms.slice(0, committed), "│", ...terms.slice(committed)].join(" ");
      const role = raft === undefined ? "down" : `${raft.role} of term ${raft.term}`;
      this.lines.push(`   ${id.padEnd(3)}${role.padEnd(24)}${log}`);
    }
  }

  /** Lets time pass at one node. */
  pass(id: string, ticks: number): void {
    const { raft } = this.#cluster.member(id);
    for (let i = 0; i < ticks; i++) raft?.tick();
    this.lines.push(`   ${id} waits ${ticks} ticks`);
    this.#collect();
  }

  propose(id: string, command: string): void {
    this.lines.push(`   ${id} is asked for ${command}`);
    assert(this.#cluster.member(id).raft?.propose(command));
    this.#collect();
  }

  kill(id: string): void {
    this.lines.push(`   ${id} is killed`);
    this.#cluster.member(id).kill({ stored: false });
  }

  restart(id: string): void {
    this.lines.push(`   ${id} starts again`);
    this.#cluster.member(id).start();
  }

  /** From now on a node hears nobody. */
  deafen(id: string): void {
    this.#deaf = id;
  }

  /** Delivers what is under way among these nodes, and what comes of it; loses everything else. */
  deliver(...ids: string[]): void {
    for (let letters = this.#take(ids); letters.length > 0; letters = this.#take(ids)) {
      for (const letter of letters) this.#receive(letter);
    }
  }

  /** Delivers what is under way among these nodes, until one of them leads. */
  deliverVotes(...ids: string[]): void {
    const isElected = () =>
      this.#cluster.letters.some(({ from, message }) =>
        ids.includes(from) && message.type === "append"
      );
    while (!isElected()) {
      const letters = this.#take(ids);
      if (letters.length === 0) return;
      for (const letter of letters) this.#receive(letter);
    }
  }

  /** Delivers what is under way from a leader, entries up to an index, and the answers to that. */
  deliverUpTo(index: number, from: string, to: string): void {
    for (let isDone = false; !isDone;) {
      const letters = this.#take([from, to]);
      isDone = letters.length === 0 || letters.some(({ message }) => message.type === "matched");
      for (const letter of letters) {
        const { message } = letter;
        if (message.type !== "append") {
          this.#receive(letter);
        } else {
          const entries = message.entries.slice(0, Math.max(index - message.behind.index, 0));
          this.#receive({ ...letter, message: { ...message, entries } });
        }
      }
    }
    this.#cluster.letters = [];
  }

  /** Does something with what is under way, and keeps that under way. */
  keep(something: () => void): void {
    const letters = [...this.#cluster.letters];
    something();
    this.#cluster.letters = letters;
  }

  /** Loses what is under way. */
  drop(): void {
    this.#cluster.letters = [];
  }

  #take(ids: readonly string[]): Letter[] {
    const letters = this.#cluster.letters.splice(0);
    return letters.filter(({ from, to }) =>
      ids.includes(from) && ids.includes(to) && to !== this.#deaf
    );
  }

  #receive(letter: Letter): void {
    const { from, to, message } = letter;
    this.lines.push(`   ${from} ──▶ ${to}  ${describe(message)}`);
    this.#cluster.member(to).raft?.step(from, message);
    this.#collect();
  }

  /** Does what is ready at every node, and asserts that nothing is violated. */
  #collect(): void {
    for (const member of this.#cluster.members) {
      this.#cluster.assertAll(member);
      while (member.begin()) {
        member.finish();
        this.#cluster.assertAll(member);
      }
    }
  }
}

const at = ({ index, term }: Position) => `${index} of term ${term}`;

function describe(message: Letter["message"]): string {
  switch (message.type) {
    case "vote":
      return `${message.pre ? "would you vote" : "vote"} for me in term ${message.term}? My last ` +
        `entry is ${at(message.last)}`;
    case "voted":
      return `${message.granted ? "yes" : "no"}${message.pre ? ", if asked" : ""}`;
    case "append": {
      const terms = message.entries.map(([term]) => term).join(" ");
      return `behind ${at(message.behind)}: ${terms === "" ? "nothing" : terms}; ` +
        `${message.committed} are committed`;
    }
    case "matched":
      return `matches up to ${message.index}`;
    case "rejected":
      return `differs at ${message.index}, matches at most up to ${at(message.possible)}`;
    case "resigned":
      return `I lead no more; ${message.heir} is to stand`;
    default:
      return JSON.stringify(message);
  }
}

function story(name: string, disks: Readonly<Record<string, Disk>>, tell: (story: Story) => void) {
  Deno.test(`${name}.txt tells what happens`, async () => {
    const story = new Story(disks);
    tell(story);
    await assertTranscript(new URL(`testdata/${name}.txt`, import.meta.url), story.lines);
  });
}

const FIGURE_7 = {
  n0: diskOf(7, 1, 1, 1, 4, 4, 5, 5, 6, 6, 6),
  a: diskOf(6, 1, 1, 1, 4, 4, 5, 5, 6, 6),
  b: diskOf(4, 1, 1, 1, 4),
  c: diskOf(6, 1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6),
  d: diskOf(7, 1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7),
  e: diskOf(4, 1, 1, 1, 4, 4, 4, 4),
  f: diskOf(3, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3),
};

story("figure_7", FIGURE_7, (story) => {
  story.title("n0 is elected");
  story.pass("n0", 6);
  story.deliver(...Object.keys(FIGURE_7));
  story.title("the logs become the leader's");
  story.show();
  story.title("they hear what is committed with the next heartbeat");
  story.pass("n0", 4);
  story.deliver(...Object.keys(FIGURE_7));
  story.show();
});

const FIGURE_8 = {
  s1: diskOf(1, 1),
  s2: diskOf(1, 1),
  s3: diskOf(1, 1),
  s4: diskOf(1, 1),
  s5: diskOf(1, 1),
};

/** Up to the moment in which an entry of term 2 is on a majority, and not committed. */
function tellFigure8(story: Story): void {
  story.title("(a) s1 leads in term 2, and only s2 gets its entry");
  story.pass("s1", 6);
  story.deliverVotes("s1", "s2", "s3");
  story.deliver("s1", "s2");
  story.show();
  story.title("(b) s1 ends; s5 leads in term 3, and nobody gets its entry");
  story.kill("s1");
  story.pass("s5", 6);
  story.deliverVotes("s5", "s3", "s4");
  story.pass("s5", 6);
  story.deliverVotes("s5", "s3", "s4");
  story.show();
  story.title("(c) s5 ends; s1 leads in term 4; s3 gets its entry of term 2, but none of term 4");
  story.kill("s5");
  story.restart("s1");
  story.pass("s1", 6);
  story.deliverVotes("s1", "s3", "s4");
  story.pass("s1", 6);
  story.deliverVotes("s1", "s3", "s4");
  story.keep(() => story.deliverUpTo(2, "s1", "s2"));
  story.deliverUpTo(2, "s1", "s3");
  story.show();
}

/** The leader of term 4 ends, and s5 stands again. */
function tellEnd(story: Story): void {
  story.kill("s1");
  story.restart("s5");
  for (const id of ["s2", "s3"]) story.pass(id, 6); // so that they hear no leader
  story.drop();
  for (let i = 0; i < 2; i++) {
    story.pass("s5", 6);
    story.deliver("s5", "s2", "s3", "s4");
  }
  story.show();
}

story("figure_8", FIGURE_8, (story) => {
  tellFigure8(story);
  story.title("(d) s1 ends; s5 leads in term 5, and its entry takes the place of the other");
  tellEnd(story);
});

story("figure_8_committed", FIGURE_8, (story) => {
  tellFigure8(story);
  story.title("(e) s2 and s3 get the entry of term 4 as well, which commits both");
  story.pass("s1", 4);
  story.deliver("s1", "s2", "s3");
  story.show();
  story.title("s1 ends; s5 cannot lead");
  tellEnd(story);
});

story("pre_vote", { n0: diskOf(0), n1: diskOf(0), n2: diskOf(0) }, (story) => {
  story.title("n0 is elected");
  story.pass("n0", 6);
  story.deliver("n0", "n1", "n2");
  story.title("n2 is cut off, and nobody tells it that it would be elected");
  story.pass("n2", 6);
  story.deliver("n0", "n1");
  story.pass("n2", 6);
  story.deliver("n0", "n1");
  story.show();
  story.title("n2 is back, and asks those who hear a leader");
  story.pass("n2", 6);
  story.deliver("n0", "n1", "n2");
  story.title("the leader goes on in its term");
  story.propose("n0", "x");
  story.deliver("n0", "n1", "n2");
  story.show();
});

story("heir", { n0: diskOf(0), n1: diskOf(0), n2: diskOf(0) }, (story) => {
  const all = ["n0", "n1", "n2"];
  story.title("n0 is elected");
  story.pass("n0", 6);
  story.deliver(...all);
  story.title("n0 is heard, and hears nobody");
  story.deafen("n0");
  story.propose("n0", "x");
  story.deliver(...all);
  story.pass("n0", 4);
  story.deliver(...all);
  story.title("it steps down, and says so; n1 stands at once, and wins");
  story.pass("n0", 5);
  story.deliver(...all);
  story.show();
});
