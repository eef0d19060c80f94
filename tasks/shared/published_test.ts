import { assertEquals } from "@std/assert";
import { challengeOf } from "./challenges.ts";
import { cheapestWithin, publishedFigures } from "./published.ts";

const of = (messagesPerOp: number, medianMs: number, maxMs: number) => ({
  source: "https://example.org/",
  messagesPerOp,
  medianMs,
  maxMs,
});
const PUBLISHED = [of(1.9, 764, 1087), of(2, 390, 610), of(8, 230, 397), of(13, 78, 99)];

Deno.test("the cheapest published figures count only within the challenge's limits", () => {
  const figures = new Map(publishedFigures(PUBLISHED));
  assertEquals([...figures], [
    ["published 3d", "8 messages per operation at 230 / 397 ms"],
    ["published 3e", "1.90 messages per operation at 764 / 1,087 ms"],
    ["published fastest", "13 messages per operation at 78 / 99 ms"],
  ]);
});

Deno.test("what is published about one challenge says nothing of another", () => {
  const cost = { challenge: "4", source: "https://example.org/", messagesPerOp: 1 };
  const cheapest = (id: string) => cheapestWithin(id, challengeOf(id).limits, [...PUBLISHED, cost]);
  assertEquals([cheapest("4"), cheapest("5b")], [{ serverMessagesPerOp: 1 }, undefined]);
});
