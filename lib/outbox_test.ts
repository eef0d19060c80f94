import { assertEquals } from "@std/assert";
import { Outbox } from "./outbox.ts";

Deno.test("a message carries everything that is not acknowledged", () => {
  const outbox = new Outbox<string>();
  outbox.add("a", 0);
  assertEquals(outbox.take(1), { seq: 1, values: ["a"] });
  outbox.add("b", 2);
  assertEquals(outbox.take(3), { seq: 2, values: ["a", "b"] });
});

Deno.test("an acknowledgement covers what the messages up to it carried, and no more", () => {
  const outbox = new Outbox<string>();
  outbox.add("a", 0);
  outbox.take(0);
  outbox.add("b", 0);
  outbox.take(0);
  outbox.add("c", 0);
  outbox.take(0);
  outbox.acknowledge(2, 0);
  assertEquals(outbox.take(0), { seq: 4, values: ["c"] });
  outbox.acknowledge(4, 0);
  assertEquals(outbox.size, 0);
});

Deno.test("acknowledgements may come late, twice and out of order", () => {
  const outbox = new Outbox<string>();
  outbox.add("a", 0);
  outbox.take(0);
  outbox.add("b", 0);
  outbox.take(0);
  outbox.acknowledge(2, 0);
  outbox.add("c", 0);
  outbox.take(0);
  outbox.acknowledge(1, 0);
  outbox.acknowledge(2, 0);
  assertEquals(outbox.take(0).values, ["c"]);
});

Deno.test("what the peer has anyway is not sent", () => {
  const outbox = new Outbox<string>();
  outbox.add("a", 0);
  outbox.add("b", 0);
  outbox.take(0);
  outbox.add("c", 0);
  outbox.delete("a");
  outbox.delete("c");
  assertEquals(outbox.take(0).values, ["b"]);
});

Deno.test("a value waits unsent until a message carries it, then unacknowledged since that one", () => {
  const outbox = new Outbox<string>();
  assertEquals([outbox.unsentSinceMs, outbox.unacknowledgedSinceMs], [undefined, undefined]);
  outbox.add("a", 10);
  outbox.add("a", 15);
  assertEquals([outbox.unsentSinceMs, outbox.unacknowledgedSinceMs], [10, undefined]);
  outbox.take(20);
  outbox.take(30);
  assertEquals([outbox.unsentSinceMs, outbox.unacknowledgedSinceMs], [undefined, 20]);
  assertEquals(outbox.lastSentMs, 30);
});

Deno.test("requeued values wait as if they were new", () => {
  const outbox = new Outbox<string>();
  outbox.add("a", 0);
  outbox.take(0);
  outbox.add("b", 5);
  outbox.requeue(100);
  assertEquals([outbox.unsentSinceMs, outbox.unacknowledgedSinceMs], [100, undefined]);
  outbox.acknowledge(1, 100);
  assertEquals(outbox.take(100), { seq: 2, values: ["a", "b"] });
});

Deno.test("a round trip is measured where it is certain which message was acknowledged", () => {
  const outbox = new Outbox<string>();
  outbox.add("a", 0);
  outbox.take(0);
  assertEquals(outbox.acknowledge(1, 30), 30);
  assertEquals(outbox.acknowledge(1, 40), undefined);
  outbox.add("b", 50);
  outbox.take(50);
  outbox.take(60);
  assertEquals(outbox.acknowledge(3, 100), undefined);
});

Deno.test("a batch is bounded, and the rest follows once there is room", () => {
  const outbox = new Outbox<number>();
  for (let i = 0; i < 10_002; i++) outbox.add(i, 0);
  const { seq, values } = outbox.take(0);
  assertEquals([values.length, outbox.unsentSinceMs], [10_000, undefined]);
  outbox.acknowledge(seq, 1);
  assertEquals(outbox.unsentSinceMs, 0);
  assertEquals(outbox.take(2).values, [10_000, 10_001]);
});

Deno.test("acknowledging a message without content acknowledges nothing", () => {
  const outbox = new Outbox<string>();
  outbox.add("a", 0);
  outbox.take(0);
  const seq = outbox.takeNothing(5);
  assertEquals(seq, 2);
  outbox.acknowledge(seq, 10);
  assertEquals([outbox.size, outbox.lastSentMs], [1, 5]);
  assertEquals(outbox.take(10), { seq: 3, values: ["a"] });
  outbox.acknowledge(3, 20);
  assertEquals(outbox.size, 0);
});
