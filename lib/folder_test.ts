import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { fileURLToPath } from "node:url";
import { openRunFolder, RUN_FOLDER } from "./folder.ts";
import { parseMessage } from "./message.ts";
import { NodeProcess, requestLine, withFolder } from "./testing/process.ts";
import { pathWithDeno } from "./workbench/hosts/process.ts";

/** A node with a journal, run through its shebang, in that folder. */
function start(folder: string): NodeProcess {
  return new NodeProcess({
    command: fileURLToPath(new URL("../nodes/3a_single_node_broadcast.ts", import.meta.url)),
    env: { PATH: pathWithDeno(), [RUN_FOLDER]: folder },
    signal: AbortSignal.timeout(60_000), // a failing test must not hang
  });
}

async function init(node: NodeProcess, client: string) {
  const body = { type: "init", msg_id: 1, node_id: "n0", node_ids: ["n0"] };
  await node.write(`${JSON.stringify({ src: client, dest: "n0", body })}\n`);
  return parseMessage(await node.line() ?? "").body;
}

Deno.test("what a process has acknowledged is there after its kill, and only one runs at a time", () =>
  withFolder(async (folder) => {
    {
      await using first = start(folder);
      assertEquals((await init(first, "c0")).type, "init_ok");
      for (const message of [7, 8]) await first.ask({ type: "broadcast", message });
      await using second = start(folder);
      const { type, text } = await init(second, "c1");
      assertEquals(type, "error");
      assertStringIncludes(String(text), `another process runs n0 in ${folder}/journal`);
    }
    await using third = start(folder);
    assertEquals((await init(third, "c2")).type, "init_ok");
    assertEquals((await third.ask({ type: "read" })).messages, [7, 8]);
    await third.write(requestLine({ type: "broadcast", msg_id: 9, message: 9 }));
    const { rest, log, code } = await third.end();
    const replies = rest.map((line) => parseMessage(line).body);
    assertEquals(replies, [{ type: "broadcast_ok", in_reply_to: 9 }], "once it was stored");
    assertEquals([log, code], ["", 0]);
  }));

Deno.test("a folder that is no absolute path keeps the node from starting, with a sentence", async () => {
  await using node = start("runs/here");
  const { type, text } = await init(node, "c0");
  assertEquals(type, "error");
  assertEquals(text, 'GLOMERS_RUN_DIR must be an absolute path without commas, got "runs/here"');
  const { log, code } = await node.end();
  assertEquals([log, code], [`cannot start: ${text}\n`, 0]);
});

Deno.test("a folder that cannot be used is named, with why and what to do", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/journal`, "no folder");
    await using node = start(folder);
    const { text } = await init(node, "c0");
    const end = "Make it writable, or name another folder in GLOMERS_RUN_DIR";
    assertMatch(String(text), RegExp(`^${folder}/journal cannot be used: .*exists.* ${end}$`));
  }));

Deno.test("a node does not start where nothing can be written", async () => {
  await using node = start("/sys"); // takes no files, not even from root
  const { type, text } = await init(node, "c0");
  assertEquals(type, "error");
  assertMatch(String(text), /^\/sys\/journal cannot be used: .* Make it writable, or name another/);
});

Deno.test("a node that was refused can be started in the same process once its file is mended", () =>
  withFolder(async (folder) => {
    const path = `${folder}/journal/n0.journal`;
    await Deno.mkdir(`${folder}/journal`);
    await Deno.writeTextFile(path, "no frame\n");
    await using node = start(folder);
    assertStringIncludes(String((await init(node, "c0")).text), "is damaged at byte 0");
    await Deno.remove(path);
    assertEquals((await init(node, "c1")).type, "init_ok");
  }));

Deno.test("what an earlier process wrote and did not sync is synced before it is shown", () =>
  withFolder(async (folder) => {
    const [{ get }, { sync }] = [Deno.env, Deno.FsFile.prototype];
    let syncs = 0;
    try {
      Deno.env.get = () => folder; // of this test alone
      const disk = await openRunFolder("n0");
      assert(disk !== undefined);
      assertEquals(await disk.read("file"), undefined);
      const file = await disk.create("file");
      await file.write(new Uint8Array([1, 2]));
      file.close();
      Deno.FsFile.prototype.sync = function () {
        syncs++;
        return sync.call(this);
      };
      assertEquals(await disk.read("file"), new Uint8Array([1, 2]));
      assertEquals(syncs, 2, "of the file, and of its name");
      Deno.FsFile.prototype.sync = () => Promise.reject(new Error("input/output error"));
      await assertRejects(() => disk.read("file"), Error, "input/output error");
    } finally {
      Deno.env.get = get;
      Deno.FsFile.prototype.sync = sync;
    }
  }));
