import { assert, assertEquals } from "@std/assert";
import { compare, type Figures, leastMessages, type Published } from "./frontier.ts";
import { type FrontierData, renderCharts, renderPage } from "./frontier_page.ts";

const figures = (messages: number, medianMs: number, maxMs: number): Figures => ({
  messagesPerOp: [messages, messages, messages],
  medianMs: [medianMs, medianMs, medianMs],
  maxMs: [maxMs, maxMs, maxMs],
});

const published: Published = {
  source: "https://github.com/someone/something/blob/main/a.md",
  messagesPerOp: 8,
  medianMs: 230,
  maxMs: 400,
};

Deno.test("within two delays each value goes alone, beyond them messages are shared", () => {
  assertEquals(leastMessages(199), 12);
  const close = (actual: number, expected: number) =>
    assert(Math.abs(actual - expected) < 0.001, `${actual}, expected ${expected}`);
  close(leastMessages(302), 0.48 + 0.24 / 0.122); // one gatherer
  close(leastMessages(1600), 0.48 / 1.4); // rounds
  close(leastMessages(302, { nodes: 5, rate: 10, latencyMs: 100 }), 0.4 + 0.4 / 0.302);
});

Deno.test("a published result is held against the cheapest of ours that is no slower in either", () => {
  const ours = [
    { name: "dear", figures: figures(12, 80, 99) },
    { name: "equal", figures: figures(4, 230, 400) },
    { name: "late in the median", figures: figures(2, 231, 300) },
    { name: "late at most", figures: figures(1, 200, 401) },
  ];
  const [comparison] = compare([published], ours);
  assertEquals([comparison?.best?.name, comparison?.ratio], ["equal", 2]);
  const [none] = compare([{ ...published, medianMs: 10 }], ours);
  assertEquals(none, { published: { ...published, medianMs: 10 } });
});

Deno.test("the page and the charts say what the data say", () => {
  const point = { challenge: "3d", args: ["lean"], name: "3d lean" } as const;
  const stamp = { commit: "abc", date: "d", machine: "2 cores", load: 0.1 };
  const data: FrontierData = {
    commit: "abc",
    date: "2026-01-02",
    seeds: 7,
    swept: [{ point, figures: { ...figures(1.25, 231, 449), spreadMs: 551 } }],
    cut: [{ point, p99Ms: 515, shape: "majorities-ring", messagesPerOp: 3.25 }],
    growth: [{ point, nodes: 5, figures: { ...figures(0.5, 1, 450), spreadMs: 1 } }],
    processes: [{ point, engine: "workbench", runs: 3, stamp, figures: figures(1.5, 2, 460) }],
  };
  const other = { source: "https://example.org/b", messagesPerOp: 2, medianMs: 240, maxMs: 450 };
  const counter = { challenge: "4", source: "https://example.org/c", messagesPerOp: 1 };
  const page = renderPage(data, [published, other, counter]);
  for (
    const words of [
      "at commit `abc`",
      "| **3d lean** | `3d -- lean` | 1.25 | 231 | 449 | 551 | 1.13 | 1.11 |",
      "| **3d lean** | `3d -- lean` | workbench | 3 | 1.50 | 2 | 460 |",
      "workbench: d, commit `abc`, 2 cores, load before 0.1.",
      "| **3d lean** | `3d -- lean` | 515 | majorities-ring | 3.25 |",
      "| **3d lean** | 0.50 at 450 |",
      "For 0 of the 2, it is at least twice as cheap.",
      "| [someone/something](https://github.com/someone/something/blob/main/a.md) | 8 | 230 / 400 | none |",
      "| [example.org](https://example.org/b) | 2 | 240 / 450 | 1.25 (3d lean) | 1.60 |",
    ]
  ) assert(page.includes(words), `${words}\n\n${page}`);
  const charts = renderCharts(data, [published, counter]);
  assertEquals(Object.keys(charts), ["frontier-maximum.svg", "frontier-median.svg", "growth.svg"]);
  for (const svg of Object.values(charts)) {
    assert(svg.startsWith("<svg") && svg.includes("3d lean"));
    assert(!svg.includes("NaN"));
  }
});
