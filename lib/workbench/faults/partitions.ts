/**
 * The shapes of partitions: who does not hear whom.
 *
 * @module
 */
import { type Edn, entriesOf, itemsOf } from "../../history/edn.ts";
import type { Grudge } from "../network/network.ts";
import type { Random } from "../random.ts";

/** The shapes that Maelstrom draws a partition from, each with the same probability. */
export const PARTITION_SHAPES = ["one", "minority-third", "majority", "majorities-ring"] as const;

/** How a partition divides the nodes. */
export type PartitionShape = typeof PARTITION_SHAPES[number];

export function grudgeOf(shape: PartitionShape, nodes: readonly string[], random: Random): Grudge {
  switch (shape) {
    case "one":
      return split(random.shuffle(nodes), 1);
    case "minority-third":
      return split(random.shuffle(nodes), Math.floor((nodes.length - 1) / 3));
    case "majority":
      return split(random.shuffle(nodes), Math.floor(nodes.length / 2));
    case "majorities-ring":
      return nodes.length <= 5 ? exactRing(random.shuffle(nodes)) : overlapping(nodes, random);
  }
}

/** Splits nodes in two, the first `size` and the rest; neither side hears the other. */
export function split(nodes: readonly string[], size: number): Grudge {
  const sides = [nodes.slice(0, size), nodes.slice(size)];
  return Object.fromEntries(
    sides.flatMap((side, i) => side.map((node) => [node, sides[1 - i] ?? []] as const)),
  );
}

/**
 * Lets each node hear the majority around it in a ring. Among three nodes each misses exactly one
 * other, all in the same direction, so that no request gets its reply.
 */
function exactRing(ring: readonly string[]): Grudge {
  const majority = Math.floor(ring.length / 2) + 1;
  const grudge: Record<string, string[]> = {};
  for (let start = 0; start < ring.length; start++) {
    const heard = Array.from({ length: majority }, (_, i) => ring[(start + i) % ring.length]);
    const node = heard[Math.floor(majority / 2)];
    if (node !== undefined) grudge[node] = ring.filter((other) => !heard.includes(other));
  }
  return grudge;
}

/** Links the least connected nodes until each hears a majority; cuts every other link. */
function overlapping(nodes: readonly string[], random: Random): Grudge {
  const majority = Math.floor(nodes.length / 2) + 1;
  const heard = new Map(nodes.map((node) => [node, new Set([node])]));
  const degree = (node: string) => heard.get(node)?.size ?? 0;
  while (true) {
    const byDegree = random.shuffle(nodes).sort((a, b) => degree(a) - degree(b));
    const a = byDegree[0];
    if (a === undefined || degree(a) >= majority) break;
    const b = byDegree.find((other) => !heard.get(a)?.has(other));
    if (b === undefined) break;
    heard.get(a)?.add(b);
    heard.get(b)?.add(a);
  }
  return Object.fromEntries(
    nodes.map((node) => [node, nodes.filter((other) => !heard.get(node)?.has(other))]),
  );
}

/** Makes some nodes deaf to all others, which still hear them. */
export function oneWay(nodes: readonly string[], random: Random): Grudge {
  const shuffled = random.shuffle(nodes);
  const deaf = shuffled.slice(0, 1 + random.int(Math.max(1, nodes.length - 1)));
  const others = nodes.filter((node) => !deaf.includes(node));
  return Object.fromEntries(deaf.map((node) => [node, others]));
}

/** Cuts every link, in both directions, with probability ⅓. */
export function partial(nodes: readonly string[], random: Random): Grudge {
  const grudge = Object.fromEntries(nodes.map((node): [string, string[]] => [node, []]));
  for (const [i, a] of nodes.entries()) {
    for (const b of nodes.slice(i + 1)) {
      if (!random.chance(1 / 3)) continue;
      grudge[a]?.push(b);
      grudge[b]?.push(a);
    }
  }
  return grudge;
}

/**
 * Reads who is cut off from a completed `start-partition`, `[:isolated {"n1" #{"n0"}}]`: each receiver
 * with those whom it does not hear.
 */
export function grudgeIn(value: Edn): Grudge | undefined {
  const entries = entriesOf(itemsOf(value)[1]);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(
    entries.map(([dest, sources]) => [nameOf(dest), itemsOf(sources).map(nameOf)]),
  );
}

/** A node in what an event of the nemesis says: a string, or a keyword. */
export function nameOf(value: Edn): string {
  return typeof value === "string" ? value : String(value).replace(/^:/, "");
}

/** Says who is cut off from whom: `n0 n1 | n2 n3 n4`, or who does not hear whom. */
export function describeGrudge(grudge: Grudge): string {
  const cut = Object.entries(grudge).filter(([, sources]) => sources.length > 0);
  const bySources = Map.groupBy(cut, ([, sources]) => sources.toSorted().join(" "));
  const sides = [...bySources].map(([sources, nodes]) => ({
    sources,
    nodes: nodes.map(([node]) => node).toSorted().join(" "),
  }));
  const [one, other] = sides;
  const isSplit = sides.length === 2 && one?.nodes === other?.sources &&
    one?.sources === other?.nodes;
  if (isSplit) return `${one?.nodes} | ${one?.sources}`;
  return sides.map(({ nodes, sources }) => `${nodes} not hearing ${sources}`).join(", ");
}
