/**
 * Raft's properties in runs drawn at random: every one of them holds after every step.
 *
 * `RAFT_SEEDS=5000 deno test -A lib/algorithms/raft/properties_test.ts` draws more of them. A failure
 * names its seed; `RAFT_SEED=17` repeats it alone.
 *
 * @module
 */
import { assert, assertEquals, AssertionError } from "@std/assert";
import { Random } from "../../workbench/random.ts";
import { Cluster, type Letter, type Member, type Mutation, type State } from "./cluster_fixture.ts";
import type { Message } from "./messages.ts";
import type { Raft } from "./raft.ts";
import { reachedByMajority } from "./quorum.ts";

const STEPS = 3_000;
const MAX_LETTERS = 200;
/** Longer than the shortest election time-out. */
const HURRY_TICKS = 12;
/** Longer than a leader waits for the answer to a snapshot: a node that is to vote may lack one. */
const CATCH_UP_TICKS = 200;
/** Longer than the longest, several times. */
const MAX_RECOVERY_TICKS = 1_000;

interface RunOptions {
  /** What goes wrong on purpose. Default: nothing. */
  readonly mutation?: Mutation;
  /** Whether nodes are asked to change the voters. Default: no. */
  readonly changes?: boolean;
}

/** One run: a cluster, and everything that chance does to it. */
class Run {
  readonly cluster: Cluster;
  readonly #random: Random;
  readonly #chance: {
    readonly loss: number;
    readonly duplication: number;
    readonly kill: number;
    readonly partition: number;
    readonly disk: number;
  };
  /** Which side of a partition each node is on. */
  #sides = new Map<string, number>();
  /** Nodes whose disk takes nothing: they stand still until it does, or are killed. */
  readonly #full = new Set<Member>();
  #proposed = 0;
  #reads = 0;
  /** How likely a node is asked to change the voters, after every step. */
  readonly #change: number;

  constructor(seed: number, { mutation = {}, changes = false }: RunOptions) {
    const random = this.#random = new Random(seed);
    const size = random.pick([1, 2, 3, 3, 3, 4, 5, 5, 5]);
    this.#change = changes ? random.pick([0.01, 0.05, 0.2]) : 0;
    this.#chance = {
      loss: random.pick([0, 0, 0.05, 0.3]),
      duplication: random.pick([0, 0.1]),
      kill: random.pick([0, 0.002, 0.01]),
      partition: random.pick([0, 0.002, 0.01]),
      disk: random.pick([0, 0.002, 0.01]),
    };
    const names = ["n0", "n1", "n2", "n3", "n4"];
    this.cluster = new Cluster({
      voters: names.slice(0, size),
      ...(changes && { servers: names }),
      random: () => random.fraction(),
      keptEntries: random.pick([2, 10, 50]),
      mutation,
    });
  }

  /** Does one thing, somewhere, and asserts everything. */
  step(): void {
    const member = this.#random.pick(this.cluster.members);
    const draw = this.#random.fraction();
    if (draw < 0.14) member.raft?.tick();
    else if (draw < 0.5) this.#deliver();
    else if (draw < 0.7) member.begin();
    else if (draw < 0.9) this.#finish(member);
    else if (draw < 0.96) member.raft?.propose(`c${this.#proposed++}`);
    else if (draw < 0.985) this.#read(member);
    else for (let i = 0; i < HURRY_TICKS; i++) member.raft?.tick();
    this.#disturb(member);
    this.cluster.assertAll(member);
    if (this.#change > 0 && this.#random.chance(this.#change)) this.#changeVoters();
  }

  /** Asks a node to add a server or to remove it: if it leads, it does. */
  #changeVoters(): void {
    const member = this.#random.pick(this.cluster.members);
    const { id } = this.#random.pick(this.cluster.members);
    const isVoter = member.raft?.log.voters.includes(id);
    member.raft?.changeVoters(isVoter ? { remove: id } : { add: id });
    this.cluster.assertAll(member);
  }

  #deliver(): void {
    const { letters } = this.cluster;
    const at = this.#random.int(Math.max(letters.length, 1));
    const letter = letters[at];
    if (letter === undefined) return;
    if (!this.#random.chance(this.#chance.duplication)) letters.splice(at, 1);
    while (letters.length > MAX_LETTERS) letters.shift();
    const isCut = this.#sides.get(letter.from) !== this.#sides.get(letter.to);
    if (isCut || this.#random.chance(this.#chance.loss)) return;
    this.#receive(letter);
  }

  #receive({ from, to, message }: Letter): void {
    const member = this.cluster.member(to);
    member.raft?.step(from, message);
    this.cluster.assertAll(member);
  }

  #finish(member: Member): void {
    if (!this.#full.has(member)) member.finish();
  }

  #read({ raft, asked }: Member): void {
    const id = ++this.#reads;
    if (raft?.read(id)) asked.set(id, this.cluster.committed);
  }

  #disturb(member: Member): void {
    if (member.raft === undefined) {
      if (this.#random.chance(0.05)) member.start();
    } else if (this.#random.chance(this.#chance.kill)) {
      const victims = this.#random.chance(0.2) ? this.cluster.members : [member];
      for (const victim of victims) victim.kill({ stored: this.#random.chance(0.5) });
    }
    if (this.#random.chance(0.005)) member.compact();
    if (this.#random.chance(this.#chance.disk) && !this.#full.delete(member)) {
      this.#full.add(member);
    }
    if (!this.#random.chance(this.#chance.partition)) return;
    const isHealed = this.#random.chance(0.5);
    this.#sides = new Map(this.cluster.members.map(({ id }) => [
      id,
      isHealed ? 0 : this.#random.int(2),
    ]));
  }

  /** Ends all faults, and asserts that the cluster gets on. */
  recover(): void {
    const { cluster } = this;
    this.#sides.clear();
    this.#full.clear();
    for (const member of cluster.members) if (member.raft === undefined) member.start();
    const settle = () => {
      for (let isBusy = true; isBusy;) {
        const ready = cluster.members.filter((one) => one.underWay !== undefined || one.begin());
        for (const member of ready) {
          member.finish();
          cluster.assertAll(member);
        }
        const letters = cluster.letters.splice(0);
        for (const letter of letters) this.#receive(letter);
        isBusy = ready.length + letters.length > 0;
      }
    };
    const isSettled = () => {
      const { voters, leader } = cluster;
      const indices = new Set(voters.map(({ state }) => state.index));
      return leader !== undefined && indices.size === 1 &&
        voters.every(({ raft }) => raft?.leader === leader.id);
    };
    const pass = () => {
      for (const { raft } of cluster.members) raft?.tick();
      settle();
    };
    const leastTicks = this.#change > 0 ? CATCH_UP_TICKS : HURRY_TICKS;
    for (let i = 0; i < MAX_RECOVERY_TICKS && !(i > leastTicks && isSettled()); i++) pass();
    const leaders = cluster.members.filter(({ raft }) => raft?.role === "leader");
    assertEquals(leaders.length, 1, "one node leads in the end");
    const { committed, changes, voters } = cluster;
    assert(voters.every(({ raft }) => raft?.propose("last")), "all know the leader");
    for (let i = 0; i < HURRY_TICKS; i++) pass();
    const after = committed + voters.length + cluster.changes - changes;
    assertEquals(cluster.voters.map(({ state }) => state.index), cluster.voters.map(() => after));
    assertEquals(cluster.leader, leaders[0], "nobody disturbs it");
  }
}

function run(seed: number, options: RunOptions): Run {
  const one = new Run(seed, options);
  for (let i = 0; i < STEPS; i++) one.step();
  return one;
}

const only = Deno.env.get("RAFT_SEED");
const seeds = Number(Deno.env.get("RAFT_SEEDS") ?? 20);
/** A fault in the algorithm is found in so many runs. */
const MAX_MUTATED_SEEDS = 500;

/** Runs every seed; returns how many changes of the voters were committed. */
function runAll(options: RunOptions): number {
  const [first, last] = only === undefined ? [1, seeds] : [Number(only), Number(only)];
  let changes = 0;
  for (let seed = first; seed <= last; seed++) {
    try {
      const one = run(seed, options);
      one.recover();
      changes += one.cluster.changes;
    } catch (error) {
      throw new Error(`RAFT_SEED=${seed} repeats this`, { cause: error });
    }
  }
  return changes;
}

Deno.test("Raft's properties hold in runs with every fault", () => {
  runAll({});
});

Deno.test("they hold while voters are added and removed", () => {
  const committed = runAll({ changes: true });
  assert(only !== undefined || committed > seeds / 2, `${committed} changes were committed`);
});

/** Tells followers that what they get is committed. */
function commitAtOnce({ message }: Letter): Message<string, State> {
  if (message.type !== "append") return message;
  const { behind, entries } = message;
  return { ...message, committed: behind.index + entries.length };
}

/** Commits entries that a majority has, of whatever term. */
function commitByCounting(): NonNullable<Mutation["send"]> {
  const matches = new Map<string, Map<string, number>>();
  return ({ from, to, message }, { members, member }) => {
    if (message.type === "matched") {
      const key = `${to}@${message.term}`;
      const known = matches.get(key) ?? new Map<string, number>();
      matches.set(key, known.set(from, Math.max(known.get(from) ?? 0, message.index)));
    }
    if (message.type !== "append") return message;
    const known = matches.get(`${from}@${message.term}`);
    const stable = member(from).raft?.log.stable ?? 0;
    const reached = members.map(({ id }) => id === from ? stable : known?.get(id) ?? 0);
    return { ...message, committed: Math.max(message.committed, reachedByMajority(reached)) };
  };
}

/** Lets leaders change voters while an earlier change is not committed. */
function forgetChanges({ log }: Pick<Raft<string, State>, "log">): void {
  Object.defineProperty(log, "lastChange", { value: 0 });
}

const MUTATIONS: readonly [rule: string, mutation: () => Mutation, changes?: boolean][] = [
  ["votes once in a term", () => ({ write: (record) => ({ ...record, vote: null }) })],
  ["stores before it sends", () => ({ sendsFirst: true })],
  ["syncs what it stores", () => ({ losesLast: true })],
  ["applies only what is committed", () => ({ send: commitAtOnce })],
  ["commits by counting only entries of its term", () => ({ send: commitByCounting() })],
  ["changes voters one at a time", () => ({ start: forgetChanges }), true],
];

for (const [rule, mutation, changes = false] of MUTATIONS) {
  Deno.test(`a property is violated soon unless a node ${rule}`, () => {
    const isFound = (seed: number) => {
      try {
        run(seed, { mutation: mutation(), changes });
        return false;
      } catch (error) {
        return error instanceof AssertionError;
      }
    };
    let seed = 1;
    while (!isFound(seed)) assert(++seed <= MAX_MUTATED_SEEDS, `not found in ${seed} runs`);
  });
}
