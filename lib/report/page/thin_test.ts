import { assert, assertEquals } from "@std/assert";
import type { Series } from "../../workbench/workloads/picture.ts";
import { thinPlot } from "./thin.ts";

function plotOf(points: Series["points"]) {
  const series = [{ name: "a", style: "line", points }] as const;
  return {
    kind: "plot",
    title: "",
    caption: "",
    x: { title: "", unit: "s" },
    y: "",
    series,
  } as const;
}

Deno.test("a long series keeps its ends and extremes in every stretch, a short one all", () => {
  const short = plotOf([[0, 3], [1, 1]]);
  assertEquals(thinPlot(short), short);
  const points = Array.from({ length: 50_000 }, (_, i) => [i, (i * 7_919) % 1_000] as const);
  const [{ points: kept } = { points: [] }] = thinPlot(plotOf(points)).series;
  assert(kept.length <= 4_004);
  assertEquals([kept[0], kept.at(-1)], [points[0], points.at(-1)]);
  for (let from = 0; from < 50_000; from += 5_000) {
    const ys = ({ from, to, of }: { from: number; to: number; of: Series["points"] }) =>
      of.filter(([x]) => x >= from && x < to).map(([, y]) => y);
    const [own, all] = [kept, points].map((of) => ys({ from, to: from + 5_000, of }));
    assert(own !== undefined && all !== undefined);
    assertEquals([Math.min(...own), Math.max(...own)], [Math.min(...all), Math.max(...all)]);
  }
});
