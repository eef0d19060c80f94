import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Outbox } from "./outbox.ts";
import { ValueLog } from "./value_log.ts";

Deno.test("a message carries everything that is not acknowledged", () => {
  const log = new ValueLog<string>();
  const outbox = new Outbox(log);
  log.add("a", 0);
  assertEquals(outbox.take(1), { seq: 1, values: ["a"] });
  log.add("b", 2);
  assertEquals(outbox.take(3), { seq: 2, values: ["a", "b"] });
});

Deno.test("an acknowledgement covers what the messages up to it carried, and no more", () => {
  const log = new ValueLog<string>();
  const outbox = new Outbox(log);
  log.add("a", 0);
  outbox.take(0);
  log.add("b", 0);
  outbox.take(0);
  log.add("c", 0);
  outbox.take(0);
  outbox.acknowledge(2, 0);
  assertEquals(outbox.take(0), { seq: 4, values: ["c"] });
  outbox.acknowledge(4, 0);
  assertEquals(outbox.size, 0);
});

Deno.test("acknowledgements may come late, twice and out of order", () => {
  const log = new ValueLog<string>();
  const outbox = new Outbox(log);
  log.add("a", 0);
  outbox.take(0);
  log.add("b", 0);
  outbox.take(0);
  outbox.acknowledge(2, 0);
  log.add("c", 0);
  outbox.take(0);
  outbox.acknowledge(1, 0);
  outbox.acknowledge(2, 0);
  assertEquals(outbox.take(0).values, ["c"]);
});

Deno.test("what the peer has anyway is not sent", () => {
  const log = new ValueLog<string>();
  const outbox = new Outbox(log);
  log.add("a", 0);
  log.add("b", 0);
  outbox.take(0);
  log.add("c", 0);
  outbox.skip(0);
  outbox.skip(2);
  assertEquals(outbox.take(0).values, ["b"]);
});

Deno.test("a value waits unsent until a message carries it, then unacknowledged since that one", () => {
  const log = new ValueLog<string>();
  const outbox = new Outbox(log);
  assertEquals([outbox.unsentSinceMs, outbox.unacknowledgedSinceMs], [undefined, undefined]);
  log.add("a", 10);
  log.add("a", 15);
  assertEquals([outbox.unsentSinceMs, outbox.unacknowledgedSinceMs], [10, undefined]);
  outbox.take(20);
  outbox.take(30);
  assertEquals([outbox.unsentSinceMs, outbox.unacknowledgedSinceMs], [undefined, 20]);
  assertEquals(outbox.lastSentMs, 30);
});

Deno.test("requeued values wait as if they were new", () => {
  const log = new ValueLog<string>();
  const outbox = new Outbox(log);
  log.add("a", 0);
  outbox.take(0);
  log.add("b", 5);
  outbox.requeue(100);
  assertEquals([outbox.unsentSinceMs, outbox.unacknowledgedSinceMs], [100, undefined]);
  outbox.acknowledge(1, 100);
  assertEquals(outbox.take(100), { seq: 2, values: ["a", "b"] });
});

Deno.test("a round trip is measured where it is certain which message was acknowledged", () => {
  const log = new ValueLog<string>();
  const outbox = new Outbox(log);
  log.add("a", 0);
  outbox.take(0);
  assertEquals(outbox.acknowledge(1, 30), 30);
  assertEquals(outbox.acknowledge(1, 40), undefined);
  log.add("b", 50);
  outbox.take(50);
  outbox.take(60);
  assertEquals(outbox.acknowledge(3, 100), undefined);
});

Deno.test("a batch is bounded, and the rest follows once there is room", () => {
  const log = new ValueLog<number>();
  const outbox = new Outbox(log);
  for (let i = 0; i < 10_002; i++) log.add(i, 0);
  const { seq, values } = outbox.take(0);
  assertEquals([values.length, outbox.unsentSinceMs], [10_000, undefined]);
  outbox.acknowledge(seq, 1);
  assertEquals(outbox.unsentSinceMs, 0);
  assertEquals(outbox.take(2).values, [10_000, 10_001]);
});

Deno.test("acknowledging a message without content acknowledges nothing", () => {
  const log = new ValueLog<string>();
  const outbox = new Outbox(log);
  log.add("a", 0);
  outbox.take(0);
  const seq = outbox.takeNothing(5);
  assertEquals(seq, 2);
  outbox.acknowledge(seq, 10);
  assertEquals([outbox.size, outbox.lastSentMs], [1, 5]);
  assertEquals(outbox.take(10), { seq: 3, values: ["a"] });
  outbox.acknowledge(3, 20);
  assertEquals(outbox.size, 0);
});

Deno.test("outboxes share one log, and each has its own place in it", () => {
  const log = new ValueLog<string>();
  const [first, second] = [new Outbox(log), new Outbox(log)];
  log.add("a", 0);
  first.acknowledge(first.take(0).seq, 1);
  log.add("b", 2);
  log.add("b", 3);
  assertEquals(log.values, ["a", "b"]);
  assertEquals([first.size, first.unsentSinceMs], [1, 2]);
  assertEquals([second.size, second.unsentSinceMs], [2, 0]);
  assertEquals(first.take(4).values, ["b"]);
  assertEquals(second.take(4).values, ["a", "b"]);
});

Deno.test("a value that the peer has is passed over, wherever it waits", () => {
  const log = new ValueLog<string>();
  const outbox = new Outbox(log);
  for (const [i, value] of ["a", "b", "c", "d", "e"].entries()) log.add(value, i);
  outbox.skip(2);
  outbox.skip(1);
  assertEquals([outbox.size, outbox.unsentSinceMs], [3, 0]);
  outbox.skip(0);
  assertEquals([outbox.size, outbox.unsentSinceMs], [2, 3]);
  outbox.take(5);
  outbox.requeue(6);
  outbox.skip(3);
  assertEquals([outbox.size, outbox.take(7).values], [1, ["e"]]);
});

Deno.test("what was requeued goes first, what is learned after it waits since then", () => {
  const log = new ValueLog<string>();
  const outbox = new Outbox(log);
  log.add("a", 0);
  outbox.take(0);
  log.add("b", 1);
  outbox.requeue(10);
  outbox.skip(0);
  assertEquals(outbox.unsentSinceMs, 10);
  log.add("c", 20);
  outbox.skip(1);
  assertEquals(outbox.unsentSinceMs, 20);
  log.add("d", 30);
  outbox.take(30);
  outbox.requeue(40);
  log.add("e", 50);
  assertEquals(outbox.take(50).values, ["c", "d", "e"]);
});

Deno.test("a log knows what was added after a time", () => {
  const log = new ValueLog<string>();
  log.add("a", 1);
  log.add("b", 2);
  log.add("c", 2);
  assertEquals([log.since(0), log.since(1), log.since(2)], [["a", "b", "c"], ["b", "c"], []]);
});

Deno.test("a value may wait for others to go with, but not longer than that", () => {
  const log = new ValueLog<string>();
  const outbox = new Outbox(log);
  log.add("a", 1);
  outbox.defer(0, 50);
  assertEquals(outbox.unsentSinceMs, 50);
  log.add("b", 2);
  assertEquals(outbox.unsentSinceMs, 2);
  assertEquals(outbox.take(2).values, ["a", "b"]);
  outbox.defer(0, 60); // it is on its way
  assertEquals(outbox.unsentSinceMs, undefined);
});

Deno.test("a value that waited and that the peer turns out to have is not sent", () => {
  const log = new ValueLog<string>();
  const outbox = new Outbox(log);
  log.add("a", 1);
  outbox.defer(0, 50);
  outbox.skip(0);
  assertEquals([outbox.unsentSinceMs, outbox.size], [undefined, 0]);
});

Deno.test("an acknowledgement that is repeated says no more than it did at first", () => {
  const log = new ValueLog<string>();
  const outbox = new Outbox(log);
  log.add("a", 0);
  outbox.take(0); // lost
  const seq = outbox.takeNothing(1);
  outbox.acknowledge(seq, 2);
  outbox.acknowledge(seq, 3);
  assertEquals([outbox.size, outbox.take(4).values], [1, ["a"]]);
});

Deno.test("a value that was sent waits no longer for others, also when it is to be sent again", () => {
  const log = new ValueLog<string>();
  const outbox = new Outbox(log);
  log.add("a", 1);
  outbox.defer(0, 50);
  outbox.take(2);
  outbox.defer(0, 60);
  outbox.requeue(3);
  assertEquals(outbox.unsentSinceMs, 3);
});

Deno.test("what went to nobody measures no round trip", () => {
  const log = new ValueLog<string>();
  const outbox = new Outbox(log);
  outbox.take(0);
  assertEquals(outbox.acknowledge(1, 5), undefined, "it carried nothing");
  log.add("a", 10);
  outbox.take(10);
  outbox.requeue(20);
  assertEquals(outbox.acknowledge(2, 30), undefined);
});

/** What may happen between a node and a peer; the number picks one of the values or messages. */
const event = fc.tuple(
  fc.constantFrom("add", "delete", "defer", "take", "takeNothing", "arrive", "ack", "requeue"),
  fc.nat(20),
);

Deno.test("whatever is lost, repeated or overtaken, what the peer lacks is in the next message", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40, size: "max" }), (events) => {
      const log = new ValueLog<number>();
      const outbox = new Outbox(log);
      const messages: (readonly number[])[] = []; // message n at n - 1
      const acks: number[] = [];
      const has = new Set<number>();
      let newest = 0;
      for (const [nowMs, [what, pick]] of events.entries()) {
        const place = pick % Math.max(log.values.length, 1);
        const arriving = pick % Math.max(messages.length, 1);
        const learned = log.values.length > 0;
        if (what === "add") log.add(log.values.length, nowMs);
        if (what === "defer" && learned) outbox.defer(place, nowMs + pick);
        if (what === "requeue") outbox.requeue(nowMs);
        if (what === "delete" && learned) {
          has.add(place);
          outbox.skip(place);
        }
        if (what === "take") {
          const { seq, values } = outbox.take(nowMs);
          assertEquals(seq, messages.push(values));
          for (const value of log.values) {
            assert(has.has(value) || values.includes(value), `${value}`);
          }
          assertEquals(outbox.unsentSinceMs, undefined);
        }
        if (what === "takeNothing") {
          assertEquals(outbox.takeNothing(nowMs), messages.push([]));
        }
        if (what === "arrive" && messages.length > 0) {
          for (const value of messages[arriving] ?? []) has.add(value);
          newest = Math.max(newest, arriving + 1);
          acks.push(newest);
        }
        if (what === "ack") outbox.acknowledge(acks[pick % Math.max(acks.length, 1)] ?? 0, nowMs);
        assert(outbox.size >= log.values.filter((value) => !has.has(value)).length);
      }
      outbox.acknowledge(outbox.take(events.length).seq, events.length);
      assertEquals([outbox.size, outbox.take(events.length).values], [0, []]);
      assertEquals([outbox.unsentSinceMs, outbox.unacknowledgedSinceMs], [undefined, undefined]);
    }),
    { numRuns: 2_000, seed: 1 },
  );
});

Deno.test("an acknowledgement of what was never sent is worth nothing, and numbers go on from it", () => {
  const log = new ValueLog<string>();
  const outbox = new Outbox(log);
  log.add("a", 0);
  assertEquals(outbox.take(0).seq, 1);
  assertEquals([outbox.believe(1), outbox.believe(7), outbox.believe(7)], [1, 0, 0]);
  assertEquals(outbox.take(0), { seq: 8, values: ["a"] });
  assertEquals([outbox.believe(1), outbox.believe(8)], [0, 8]);
});
