/**
 * Topologies: the neighbours that `broadcast` suggests to each node.
 *
 * @module
 */

type Neighbours = Record<string, string[]>;

const TOPOLOGIES: Readonly<Record<string, (nodes: readonly string[]) => Neighbours>> = {
  line: (nodes) => {
    if (nodes.length === 1) return {}; // as Maelstrom does: even the only node is missing
    return among(nodes, (i) => [i - 1, i + 1]);
  },
  grid: (nodes) => {
    const side = Math.ceil(Math.sqrt(nodes.length));
    return among(nodes, (i) => [
      i + side,
      i - side,
      i % side < side - 1 ? i + 1 : -1,
      i % side > 0 ? i - 1 : -1,
    ]);
  },
  total: (nodes) => among(nodes, (i) => nodes.map((_, j) => j).filter((j) => j !== i)),
  tree: (nodes) => tree(nodes, 2),
  tree2: (nodes) => tree(nodes, 2),
  tree3: (nodes) => tree(nodes, 3),
  tree4: (nodes) => tree(nodes, 4),
};

/** The names that `--topology` takes. */
export const TOPOLOGY_NAMES: readonly string[] = Object.keys(TOPOLOGIES);

/**
 * Finds each node's neighbours, in the order in which Maelstrom sends them.
 *
 * @throws {RangeError} for an unknown name; the message lists the known ones.
 */
export function findNeighbours(name: string, nodes: readonly string[]): Neighbours {
  const make = TOPOLOGIES[name];
  if (make === undefined) {
    throw new RangeError(`unknown topology "${name}": expected ${TOPOLOGY_NAMES.join(", ")}`);
  }
  return make(nodes);
}

function among(nodes: readonly string[], indices: (i: number) => number[]): Neighbours {
  return Object.fromEntries(
    nodes.map((node, i) => [node, indices(i).flatMap((j) => nodes[j] ?? [])]),
  );
}

/** Parent and children in a tree whose tiers of 1, b, b², … nodes fill up in order, like a heap. */
function tree(nodes: readonly string[], branches: number): Neighbours {
  return among(nodes, (i) => [
    i === 0 ? -1 : Math.floor((i - 1) / branches),
    ...Array.from({ length: branches }, (_, k) => branches * i + k + 1),
  ]);
}
