import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { Disk, DiskFile } from "./disk.ts";
import { encodeFrame } from "./frames.ts";
import { NodeJournal } from "./journal.ts";
import { integer, string, tuple } from "./rpc.ts";
import { VirtualDisk } from "./simulator/virtual_disk.ts";
import { settled } from "./testing/mod.ts";
import type { DiskOptions } from "./workbench/faults/disks.ts";
import { Random } from "./workbench/random.ts";

const IDS = ["n0", "n1"];

/** How a node waits for its disk. */
type Later = (delayMs: number, effect: () => void, then: () => void) => void;

const atOnce: Later = (_delayMs, effect, then) => {
  effect();
  then();
};
const report = () => {};

/** A machine on which a program starts again and again. */
class Machine {
  readonly disk: VirtualDisk;
  readonly logged: string[] = [];
  #clients = 0;

  constructor(options: DiskOptions = {}, seed = 1) {
    this.disk = new VirtualDisk(options, new Random(seed));
  }

  /** Starts an incarnation of a program that keeps the sum of numbers. */
  async start({
    wrap = (disk) => disk,
    later = atOnce,
    name = "sum",
    ids = IDS,
    client = `c${this.#clients++}`,
  }: {
    readonly wrap?: (disk: Disk) => Disk;
    readonly later?: Later;
    readonly name?: string;
    readonly ids?: readonly string[];
    readonly client?: string;
  } = {}) {
    const program = { sum: 0 };
    const journal = new NodeJournal<[number, string], number>({
      name,
      record: tuple<[number, string]>(integer, string),
      state: integer,
      restore: (sum) => void (program.sum = Number(sum)),
      apply: ([value]) => program.sum += value,
      snapshot: () => program.sum,
    }, (text) => void this.logged.push(text));
    const disk = wrap(this.disk.open("/disk", { later, report }));
    await journal.open({ id: "n0", ids, client }, () => Promise.resolve(disk));
    return {
      add: (value: number, padding = "") => journal.append([value, padding]),
      sum: () => program.sum,
    };
  }
}

/** A disk on which the machine ends before the operation of that number. */
function endingAt(disk: Disk, number: number, end: () => void): Disk {
  let operations = 0;
  const step = <T>(operate: () => Promise<T>): Promise<T> => {
    if (operations++ !== number) return operate();
    end();
    return new Promise(() => {});
  };
  const stepwise = (file: DiskFile): DiskFile => ({
    write: (bytes) => step(() => file.write(bytes)),
    sync: () => step(() => file.sync()),
    close: () => file.close(),
  });
  return {
    path: disk.path,
    read: (name) => step(() => disk.read(name)),
    create: (name) => step(() => disk.create(name).then(stepwise)),
    rename: (from, to) => step(() => disk.rename(from, to)),
    sync: () => step(() => disk.sync()),
  };
}

/** Three of these are more than what a file may hold beyond a short snapshot. */
const PADDING = "x".repeat(100_000);
const COUNT = 8;

/**
 * Adds 1 again and again until the machine ends before an operation of its disk, and starts it
 * again. Returns whether it came to its end before.
 */
async function survives(number: number, options: DiskOptions): Promise<boolean> {
  const machine = new Machine(options, number);
  let acknowledged = 0;
  const { promise: ended, resolve: end } = Promise.withResolvers<boolean>();
  const work = async () => {
    const before = await machine.start();
    await before.add(0);
    const after = await machine.start({ wrap: (disk) => endingAt(disk, number, () => end(false)) });
    for (let i = 0; i < COUNT; i++) {
      await after.add(1, PADDING);
      acknowledged++;
    }
    return true;
  };
  const isDone = await Promise.race([work(), ended]);
  machine.disk.crash();
  const { sum } = await machine.start();
  const found = sum() - acknowledged;
  assert(found === 0 || found === 1, `${acknowledged} acknowledged, ${sum()} found`);
  return isDone;
}

for (const torn of [false, true]) {
  const leaving = torn ? "leaving a part of what was not synced" : "losing what was not synced";
  Deno.test(`what is acknowledged outlasts an end before any operation, ${leaving}`, async () => {
    let number = 0;
    while (!await survives(number, { torn })) number++;
    assert(number > 2 * COUNT + 8, "files are replaced at the start, and twice later");
  });
}

Deno.test("records that come while others are synced share the next sync", async () => {
  const waiting: (() => void)[] = [];
  let isSlow = false;
  const later: Later = (delayMs, effect, then) => {
    const finish = () => atOnce(delayMs, effect, then);
    if (isSlow) waiting.push(finish);
    else finish();
  };
  const node = await new Machine({ syncMs: 1 }).start({ later });
  isSlow = true;
  const added: number[] = [];
  const add = (value: number) => void node.add(value).then((sum) => added.push(sum));
  const finishSync = async () => {
    await settled();
    assertEquals(waiting.length, 1);
    waiting.shift()?.();
    await settled();
  };
  for (const value of [1, 2, 3]) add(value); // in one turn
  await settled();
  for (const value of [10, 20]) add(value); // while those are synced
  assertEquals([added, node.sum()], [[], 0]);
  await finishSync();
  assertEquals([added, node.sum()], [[1, 3, 6], 6]);
  await finishSync();
  assertEquals(added, [1, 3, 6, 16, 36]);
  await settled();
  assertEquals(waiting, []);
});

Deno.test("a file is replaced before it is four times as long as it was, or 256 KiB", async () => {
  const machine = new Machine();
  const node = await machine.start();
  const lengths: number[] = [];
  for (let i = 0; i < 20; i++) {
    await node.add(1, PADDING);
    lengths.push(
      (await machine.disk.open("", { later: atOnce, report }).read("n0.journal"))?.length ?? 0,
    );
  }
  assert(Math.max(...lengths) < 256 * 1024 + 1.1 * PADDING.length, lengths.join());
  assert(lengths.some((length, i) => length < (lengths[i - 1] ?? 0)));
});

Deno.test("a sync that fails once is made up for by a new file", async () => {
  const machine = new Machine();
  const node = await machine.start();
  await node.add(1);
  machine.disk.strike("fail-sync");
  assertEquals(await node.add(2), 3);
  assertEquals(machine.logged, [
    "/disk/n0.journal cannot be written at byte 147: input/output error. What is not " +
    "stored is not acknowledged: free some space, or make the folder writable; trying a new file",
  ]);
  machine.disk.crash();
  assertEquals((await machine.start()).sum(), 3);
});

Deno.test("a full disk refuses records and keeps those before, until there is space again", async () => {
  const machine = new Machine();
  const node = await machine.start();
  await node.add(1);
  machine.disk.strike("fill-disk");
  const error = await assertRejects(() => node.add(2), Error, "no space left");
  assertStringIncludes(error.message, "/disk/n0.journal cannot be written");
  assertEquals(node.sum(), 1);
  const restarted = await machine.start();
  assertEquals(restarted.sum(), 1);
  await assertRejects(() => restarted.add(4), Error, "no space left");
  machine.disk.strike("free-disk");
  assertEquals(await restarted.add(8), 9);
  machine.disk.crash();
  assertEquals((await machine.start()).sum(), 9);
});

Deno.test("a node whose disk is full does not start for the first time", async () => {
  const machine = new Machine();
  machine.disk.strike("fill-disk");
  await assertRejects(() => machine.start(), Error, "/disk/n0.journal cannot be written at byte 0");
});

Deno.test("a node whose journal cannot be read does not start, and names the file", async () => {
  const machine = new Machine();
  await (await machine.start()).add(1);
  const read = () => Promise.reject(new Error("input/output error"));
  const text = "/disk/n0.journal cannot be read: input/output error. Make it readable";
  await assertRejects(() => machine.start({ wrap: (disk) => ({ ...disk, read }) }), Error, text);
});

const HEADER = { journal: 1, program: "sum", node: "n0", nodes: IDS, client: "c0" };

/** Of a frame with one record without padding. */
const RECORD_BYTES = 29;

/** A machine whose file was changed after two records. */
async function changed(change: (bytes: Uint8Array) => Uint8Array): Promise<Machine> {
  const machine = new Machine();
  const node = await machine.start();
  for (const value of [1, 2]) await node.add(value);
  const disk = machine.disk.open("", { later: atOnce, report });
  const bytes = await disk.read("n0.journal") ?? new Uint8Array();
  await (await disk.create("n0.journal")).write(change(bytes));
  return machine;
}

Deno.test("an incomplete last record is cut off and logged", async () => {
  for (const cut of [1, 9, RECORD_BYTES - 1]) {
    const machine = await changed((bytes) => bytes.subarray(0, -cut));
    assertEquals((await machine.start()).sum(), 1);
    assertStringIncludes(machine.logged.join(), "/disk/n0.journal: cut off the last");
  }
});

Deno.test("a file that is damaged before its end keeps the node from starting", async () => {
  for (const back of [165, 100, 2 * RECORD_BYTES + 5, 2 * RECORD_BYTES, RECORD_BYTES + 1]) {
    const machine = await changed((bytes) => bytes.with(bytes.length - back, 0x7f));
    await assertRejects(() => machine.start(), Error, "/disk/n0.journal is damaged at byte");
  }
});

Deno.test("a frame that is missing is damage", async () => {
  const machine = await changed((bytes) => {
    const lines = new TextDecoder().decode(bytes).split("\n");
    return new TextEncoder().encode(lines.toSpliced(2, 1).join("\n"));
  });
  await assertRejects(() => machine.start(), Error, "/disk/n0.journal is damaged at byte 118");
});

Deno.test("a file of another program, other nodes or another run keeps the node from starting", async () => {
  const machine = new Machine();
  await machine.start({ client: "c7" });
  for (
    const [other, why] of [
      [{ name: "product" }, "sum on n0 of n0, n1, this is product on n0 of n0, n1"],
      [{ ids: ["n0"] }, "sum on n0 of n0, n1, this is sum on n0 of n0"],
      [{ client: "c7" }, "c7 sent init before, and c7 is no later client"],
      [{ client: "c0" }, "c7 sent init before, and c0 is no later client"],
    ] as const
  ) {
    const error = await assertRejects(() => machine.start({ client: "c8", ...other }), Error, why);
    assertStringIncludes(error.message, "/disk/n0.journal is of another run");
  }
  await machine.start({ client: "c10" });
});

Deno.test("a file of another format, or with records of another form, keeps the node from starting", async () => {
  for (
    const [frames, why] of [
      [[{ journal: 2 }, 0], "does not begin as a journal of format 1 does"],
      [[HEADER, "much"], 'sum cannot read what is at byte 96: "it" must be an integer'],
      [[HEADER, 0, [[1, ""], [2]]], 'sum cannot read what is at byte 118: "it[1]" must be a list'],
    ] as const
  ) {
    const machine = new Machine();
    const file = await machine.disk.open("", { later: atOnce, report }).create("n0.journal");
    let offset = 0;
    for (const value of frames) {
      const frame = encodeFrame(value, offset);
      await file.write(frame);
      offset += frame.length;
    }
    const error = await assertRejects(() => machine.start({ client: "c1" }), Error, why);
    assertStringIncludes(error.message, "/disk/n0.journal");
  }
});

Deno.test("a record that does not have the described form is not stored", async () => {
  const node = await new Machine().start();
  await assertRejects(() => node.add(1.5), TypeError, '"record[0]" must be an integer, got 1.5');
});

Deno.test("without a disk, records are applied at once", async () => {
  let sum = 0;
  const journal = new NodeJournal<number, number>({
    name: "sum",
    record: integer,
    state: integer,
    restore: () => {},
    apply: (value) => sum += value,
    snapshot: () => sum,
  }, () => {});
  await assertRejects(() => journal.append(1), Error, "before init");
  assertEquals(journal.open({ id: "n0", ids: IDS, client: "c0" }, undefined), undefined);
  const added = journal.append(2);
  assertEquals(sum, 2);
  assertEquals(await added, 2);
});

Deno.test("a journal that lacks an option is refused at once, by the option's name", () => {
  const make = (options: object) => () => Reflect.construct(NodeJournal, [options, () => {}]);
  const whole = { name: "sum", record: integer, state: integer, restore: () => {} };
  assertEquals(
    assertThrows(make({ ...whole, snapshot: () => 0 }), TypeError).message,
    "node.journal: apply must be a function, got undefined",
  );
  assertStringIncludes(
    assertThrows(make({ ...whole, state: "sum" }), TypeError).message,
    "node.journal: state must be a shape, such as integer",
  );
});
