#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Faulty: stores each id before it hands it out, a line each, and after a restart goes on from the
 * last line of the file, whole or not. A kill may leave a part of a line: from `1729` it goes on at
 * 17, with ids that were handed out long ago.
 *
 * Tempting because every id is on stable storage before anybody sees it, and a text file with a line
 * for each record needs no format of its own.
 *
 * To see it (some ids are generated twice):
 *
 *     deno task sim nodes/faulty/trusts_torn_record.ts -w unique-ids --node-count 1 \
 *       --concurrency 200 --time-limit 10 --rate 200 --nemesis kill --nemesis-interval 0.2 \
 *       --disk slow,torn
 *
 * @module
 */
import { type DiskFile, type Node, serve, UniqueIds } from "../../lib/mod.ts";

const NAME = "ids.txt";

export default function trustsTornRecord(node: Node): void {
  let last = 0;
  let opened: Promise<DiskFile | undefined> = Promise.resolve(undefined);

  async function open(): Promise<DiskFile | undefined> {
    const disk = await node.openDisk();
    const stored = new TextDecoder().decode(await disk?.read(NAME));
    last = Number(stored.trimEnd().split("\n").at(-1));
    const file = await disk?.create(`${NAME}.new`);
    await file?.write(new TextEncoder().encode(`${last}\n`));
    await file?.sync();
    await disk?.rename(`${NAME}.new`, NAME);
    await disk?.sync();
    return file;
  }

  node.onInit(() => void (opened = open()));
  node.on(UniqueIds.generate, async () => {
    const file = await opened;
    const id = ++last;
    await file?.write(new TextEncoder().encode(`${id}\n`));
    await file?.sync();
    return { type: "generate_ok", id: `${node.id}-${id}` };
  });
}

if (import.meta.main) await serve(trustsTornRecord);
