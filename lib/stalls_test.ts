import { assertEquals } from "@std/assert";
import type { Body } from "./message.ts";
import { Node } from "./node.ts";
import { BEAT_MS, Stalls } from "./stalls.ts";

/** A node that beats, in a time of its own. */
class Subject {
  nowMs = 0;
  /** What the node told itself. */
  readonly told: Body[] = [];
  readonly #node = new Node({ send: ({ body }) => this.told.push(body), log: () => {} });
  readonly stalls = new Stalls(this.#node, () => this.nowMs);

  constructor() {
    this.hear("c0", { type: "init", msg_id: 1, node_id: "n0", node_ids: ["n0", "n1"] });
    this.told.length = 0;
  }

  hear(src: string, body: Body): void {
    this.#node.receive({ src, dest: "n0", body });
  }

  /** Runs for so long. */
  run(ms: number): void {
    for (let passedMs = 0; passedMs < ms; passedMs += BEAT_MS) this.wait(BEAT_MS);
  }

  /** Beats after so long. */
  wait(ms: number): void {
    this.nowMs += ms;
    this.stalls.beat();
  }
}

Deno.test("what a node reads while it runs has just been sent", () => {
  const subject = new Subject();
  subject.run(10_000);
  subject.wait(1_000);
  assertEquals([subject.stalls.ageMs(), subject.told], [0, []]);
});

Deno.test("what a node reads after a stall may be as old, until the node reads what it told itself", () => {
  const subject = new Subject();
  subject.run(10_000);
  subject.wait(6_000);
  assertEquals(subject.stalls.ageMs(), 6_000);
  subject.wait(30);
  const told = { type: "reads_on", stall: 16_000 };
  assertEquals([subject.stalls.ageMs(), subject.told], [6_030, [told]]);
  subject.hear("n1", told);
  subject.hear("n0", { ...told, stall: 12_000 });
  assertEquals(subject.stalls.ageMs(), 6_030);
  subject.hear("n0", told);
  assertEquals(subject.stalls.ageMs(), 0);
});

Deno.test("where that is lost, what a node reads for a second after a stall may be as old", () => {
  const subject = new Subject();
  subject.run(10_000);
  subject.wait(6_000);
  subject.wait(900);
  assertEquals(subject.stalls.ageMs(), 6_900);
  subject.wait(100);
  assertEquals(subject.stalls.ageMs(), 0);
});

Deno.test("a stall right after another one counts from the first", () => {
  const subject = new Subject();
  subject.nowMs = 4_000;
  subject.stalls.stalled(1_000);
  subject.nowMs = 8_000;
  subject.stalls.stalled(4_500);
  subject.nowMs = 8_100;
  assertEquals(subject.stalls.ageMs(), 7_100);
  subject.hear("n0", { type: "reads_on", stall: 4_000 });
  assertEquals(subject.stalls.ageMs(), 7_100, "that may be from before the second stall");
  subject.nowMs = 12_000;
  subject.stalls.stalled(9_500);
  assertEquals(subject.stalls.ageMs(), 2_500);
});
