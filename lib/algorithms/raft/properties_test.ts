/**
 * Raft's properties in runs drawn at random: every one of them holds after every step.
 *
 * `RAFT_SEEDS=5000 deno test -A lib/algorithms/raft/properties_test.ts` draws more of them. A failure
 * names its seed; `RAFT_SEED=17` repeats it alone.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Random } from "../../workbench/random.ts";
import { Cluster, type Letter, type Member, type Mutation } from "./cluster_fixture.ts";
import type { Message } from "./messages.ts";
import { reachedByMajority } from "./quorum.ts";

const STEPS = 1_500;
const MAX_LETTERS = 200;

/** One run: a cluster, and everything that chance does to it. */
class Run {
  readonly cluster: Cluster;
  readonly #random: Random;
  readonly #chance: { loss: number; duplication: number; kill: number; partition: number };
  /** Which side of a partition each node is on. */
  #sides = new Map<string, number>();
  #proposed = 0;
  #reads = 0;

  constructor(seed: number, mutation: Mutation) {
    const random = this.#random = new Random(seed);
    const pick = <T>(...values: T[]): T => values[random.int(values.length)] ?? values[0]!;
    const size = pick(1, 2, 3, 3, 3, 4, 5, 5, 5);
    this.#chance = {
      loss: pick(0, 0, 0.05, 0.3),
      duplication: pick(0, 0.1),
      kill: pick(0, 0.002, 0.01),
      partition: pick(0, 0.002, 0.01),
    };
    this.cluster = new Cluster({
      voters: Array.from({ length: size }, (_, i) => `n${i}`),
      random: () => random.float(),
      keptEntries: pick(2, 10, 100),
      mutation,
    });
  }

  #oneOf<T>(items: readonly T[]): T | undefined {
    return items[this.#random.int(Math.max(items.length, 1))];
  }

  #happens(chance: number): boolean {
    return this.#random.float() < chance;
  }

  /** Does one thing, somewhere, and asserts everything. */
  step(): void {
    const member = this.#oneOf(this.cluster.members);
    if (member === undefined) return;
    const draw = this.#random.float();
    if (draw < 0.12) member.raft?.tick();
    else if (draw < 0.62) this.#deliver();
    else if (draw < 0.8) member.begin();
    else if (draw < 0.96) member.finish();
    else if (draw < 0.98) member.raft?.propose(`c${this.#proposed++}`);
    else this.#read(member);
    this.#disturb(member);
    for (const one of this.cluster.members) this.cluster.assertAll(one);
  }

  #deliver(): void {
    const { letters } = this.cluster;
    const at = this.#random.int(Math.max(letters.length, 1));
    const letter = letters[at];
    if (letter === undefined) return;
    if (!this.#happens(this.#chance.duplication)) letters.splice(at, 1);
    while (letters.length > MAX_LETTERS) letters.shift();
    const isCut = this.#sides.get(letter.from) !== this.#sides.get(letter.to);
    if (isCut || this.#happens(this.#chance.loss)) return;
    this.cluster.member(letter.to).raft?.step(letter.from, letter.message);
  }

  #read({ raft, asked }: Member): void {
    const id = ++this.#reads;
    if (raft?.read(id)) asked.set(id, this.cluster.committed);
  }

  #disturb(member: Member): void {
    if (member.raft === undefined) {
      if (this.#happens(0.05)) member.start();
    } else if (this.#happens(this.#chance.kill)) {
      const victims = this.#happens(0.2) ? this.cluster.members : [member];
      for (const victim of victims) victim.kill({ stored: this.#happens(0.5) });
    }
    if (this.#happens(0.005)) member.compact();
    if (!this.#happens(this.#chance.partition)) return;
    const isHealed = this.#happens(0.5);
    this.#sides = new Map(this.cluster.members.map(({ id }) => [
      id,
      isHealed ? 0 : this.#random.int(2),
    ]));
  }

  /** Ends all faults, and asserts that the cluster gets on. */
  recover(): void {
    const { cluster } = this;
    this.#sides.clear();
    for (const member of cluster.members) if (member.raft === undefined) member.start();
    const round = () => {
      for (const { raft } of cluster.members) raft?.tick();
      for (let i = 0; i < 20; i++) {
        for (const member of cluster.members) {
          if (member.underWay !== undefined || member.begin()) member.finish();
        }
        const letters = cluster.letters.splice(0);
        for (const { from, to, message } of letters) cluster.member(to).raft?.step(from, message);
        for (const member of cluster.members) cluster.assertAll(member);
      }
    };
    for (let i = 0; i < 400; i++) round();
    const leaders = cluster.members.filter(({ raft }) => raft?.role === "leader");
    assertEquals(leaders.length, 1, "one node leads in the end");
    const before = cluster.committed;
    assert(cluster.members.every(({ raft }) => raft?.propose("last")), "all know the leader");
    for (let i = 0; i < 10; i++) round();
    const after = before + cluster.members.length;
    assertEquals(cluster.members.map(({ state }) => state.index), cluster.members.map(() => after));
  }
}

function run(seed: number, mutation: Mutation = {}): void {
  const one = new Run(seed, mutation);
  for (let i = 0; i < STEPS; i++) one.step();
  one.recover();
}

const only = Deno.env.get("RAFT_SEED");
const seeds = Number(Deno.env.get("RAFT_SEEDS") ?? 12);

Deno.test("Raft's properties hold in runs with every fault", () => {
  const [first, last] = only === undefined ? [1, seeds] : [Number(only), Number(only)];
  for (let seed = first; seed <= last; seed++) {
    try {
      run(seed);
    } catch (error) {
      throw new Error(`RAFT_SEED=${seed} repeats this`, { cause: error });
    }
  }
});
