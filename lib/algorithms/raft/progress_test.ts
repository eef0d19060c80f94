import { assertEquals } from "@std/assert";
import { Progress } from "./progress.ts";

Deno.test("a probe is one message at a time, and an answer ends it", () => {
  const progress = new Progress(5, 0);
  assertEquals(progress.isPaused, false);
  progress.sent(7, 9);
  assertEquals([progress.isPaused, progress.next], [true, 5], "it may not arrive");
  progress.acknowledge(7, 1);
  assertEquals([progress.mode, progress.next, progress.isPaused], ["replicate", 8, false]);
});

Deno.test("a lost probe is sent again after a while", () => {
  const progress = new Progress(5, 0);
  progress.sent(7, 9);
  progress.beat(3);
  assertEquals([progress.isPaused, progress.next], [false, 5]);
});

Deno.test("entries are sent ahead of acknowledgements, up to a window", () => {
  const progress = new Progress(1, 0);
  progress.acknowledge(0, 1);
  for (let last = 1; last <= 256; last++) {
    assertEquals(progress.isPaused, false);
    progress.sent(last, 9);
  }
  assertEquals([progress.isPaused, progress.next], [true, 257]);
  progress.acknowledge(2, 1);
  assertEquals([progress.isPaused, progress.match], [false, 2]);
  progress.acknowledge(1, 1);
  assertEquals(progress.match, 2, "a late acknowledgement takes nothing back");
});

Deno.test("the window has room for a size, too, and what is given up no longer counts", () => {
  const progress = new Progress(1, 0);
  progress.acknowledge(0, 1);
  const MiB = 1024 * 1024;
  progress.sent(1, 5 * MiB);
  assertEquals(progress.isPaused, false);
  progress.sent(3, 3 * MiB);
  assertEquals(progress.isPaused, true);
  progress.acknowledge(2, 1);
  assertEquals(progress.isPaused, false);
  progress.sent(4, 5 * MiB);
  assertEquals(progress.isPaused, true);
  progress.startOver();
  progress.acknowledge(2, 1);
  assertEquals([progress.mode, progress.isPaused], ["replicate", false]);
});

Deno.test("a rejection goes back to where the logs can match, but never behind where they do", () => {
  const progress = new Progress(10, 0);
  progress.reject(9, 4, 1);
  assertEquals([progress.mode, progress.next], ["probe", 5]);
  progress.reject(9, 2, 1);
  assertEquals(progress.next, 5, "the answer to an earlier probe says nothing about this one");
  progress.acknowledge(4, 1);
  progress.sent(8, 9);
  progress.reject(3, 1, 1);
  assertEquals([progress.mode, progress.next], ["replicate", 9], "it is late: 4 matches");
  progress.reject(8, 6, 1);
  assertEquals([progress.mode, progress.next], ["probe", 5], "something sent was lost");
});

Deno.test("a snapshot is waited for, and given up after some silence", () => {
  const progress = new Progress(3, 0);
  progress.sentSnapshot(20);
  assertEquals([progress.isPaused, progress.next], [true, 21]);
  progress.reject(2, 1, 1);
  progress.acknowledge(0, 1);
  assertEquals(progress.mode, "snapshot");
  progress.acknowledge(20, 1);
  assertEquals([progress.mode, progress.next], ["replicate", 21]);
  progress.sentSnapshot(30);
  progress.beat(2);
  assertEquals(progress.mode, "snapshot");
  progress.beat(2);
  assertEquals([progress.mode, progress.next], ["probe", 21]);
});

Deno.test("a heartbeat is due after silence, and a round when the follower was not told of it", () => {
  const progress = new Progress(1, 0);
  assertEquals(progress.expects(0), true, "the first word of a term");
  progress.contacted(1, 0);
  assertEquals([progress.expects(1), progress.expects(2)], [false, true]);
  progress.beat(9);
  assertEquals(progress.expects(1), true, "a heartbeat does not put off the next");
  progress.contacted(1, 0);
  progress.contacted(1, 0);
  progress.beat(9);
  assertEquals(progress.expects(1), false, "it was sent something since the last beat");
  progress.beat(9);
  assertEquals(progress.expects(1), true);
});

Deno.test("the time for which a follower was down is no round trip", () => {
  const progress = new Progress(1, 0);
  for (let tick = 2; tick <= 1_200; tick += 2) progress.contacted(tick / 2, tick);
  progress.heard(600, 1_203);
  assertEquals(progress.roundTripTicks, 3);
  progress.contacted(601, 1_210);
  progress.heard(600, 1_211); // once more
  progress.heard(601, 1_215);
  assertEquals(progress.roundTripTicks, 5);
});

Deno.test("a follower that has lost what it acknowledged is sent it again; one that is late is not", () => {
  const progress = new Progress(1, 0);
  progress.acknowledge(100, 5);
  progress.reject(100, 20, 5);
  assertEquals([progress.mode, progress.match], ["replicate", 100], "an answer of before");
  progress.reject(100, 0, 6);
  assertEquals([progress.mode, progress.match, progress.next], ["probe", 0, 1]);
  progress.acknowledge(100, 7);
  assertEquals([progress.mode, progress.match, progress.next], ["replicate", 100, 101]);
});
