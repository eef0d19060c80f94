import { assert, assertEquals, assertRejects } from "@std/assert";
import { changed, type Entry, lookUp, type Piece, type Pieces } from "./persistent_map.ts";

/** How many entries a piece holds. */
const MAX_ENTRIES = 32;

/** Pieces in memory that count their loads and stores. */
class Kept implements Pieces<number> {
  readonly pieces: Piece<number>[] = [];
  loads = 0;

  load(name: string): Promise<Piece<number>> {
    this.loads++;
    const piece = this.pieces[Number(name)];
    return piece === undefined ? Promise.reject(new Error(name)) : Promise.resolve(piece);
  }

  keep(piece: Piece<number>): string {
    return String(this.pieces.push(structuredClone(piece)) - 1);
  }
}

const add = (before: number | undefined, by: number) => (before ?? 0) + by;

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

Deno.test("a map reflects its changes, and every earlier map stays as it was", async () => {
  const kept = new Kept();
  const next = random(1);
  const versions: [string | null, Map<number, number>][] = [[null, new Map()]];
  let [top, model] = versions[0] ?? [null, new Map<number, number>()];
  for (let round = 0; round < 60; round++) {
    const changes = new Map<number, number>();
    for (let i = 0; i < 1 + next() * 40; i++) {
      changes.set(Math.floor(next() * 1000) - 500, round + 1);
    }
    model = new Map(model);
    for (const [key, by] of changes) model.set(key, add(model.get(key), by));
    top = await changed(kept, top, [...changes], add);
    versions.push([top, model]);
  }
  for (const [top, model] of versions.filter((_, i) => i % 10 === 0)) {
    for (let key = -510; key < 510; key += 3) {
      assertEquals(await lookUp(kept, top, key), model.get(key), `key ${key}`);
    }
  }
});

Deno.test("pieces are bounded, and the cost of reading or changing a key hardly grows with the map", async () => {
  const kept = new Kept();
  let top: string | null = null;
  for (let key = 0; key < 3_000; key += 20) {
    const changes = Array.from({ length: 20 }, (_, i): Entry<number> => [key + i, 1]);
    top = await changed(kept, top, changes, add);
  }
  for (const piece of kept.pieces) {
    const length = "leaf" in piece ? piece.leaf.length : piece.inner.length;
    assert(length >= 1 && length <= MAX_ENTRIES, `${length} entries`);
  }
  kept.loads = 0;
  assertEquals(await lookUp(kept, top, 1234), 1);
  assert(kept.loads <= 3, `${kept.loads} pieces read`);
  const before = kept.pieces.length;
  await changed(kept, top, [[1234, 1]], add);
  assert(kept.pieces.length - before <= 4, `${kept.pieces.length - before} pieces made`);
});

Deno.test("changes may come in any order, also of keys below all others", async () => {
  const kept = new Kept();
  const many = Array.from({ length: 100 }, (_, i): Entry<number> => [100 - i, i]);
  const top = await changed(kept, null, many, add);
  const lower = await changed(kept, top, [[-5, 7], [1, 1000], [-9, 8]], add);
  assertEquals(await lookUp(kept, lower, -9), 8);
  assertEquals(await lookUp(kept, lower, -5), 7);
  assertEquals(await lookUp(kept, lower, 1), 1099);
  assertEquals(await lookUp(kept, lower, 0), undefined);
  assertEquals(await lookUp(kept, top, -5), undefined);
});

Deno.test("a change of no keys is refused", () =>
  assertRejects(() => changed(new Kept(), null, [], add), RangeError, "no changes").then(() => {}));
