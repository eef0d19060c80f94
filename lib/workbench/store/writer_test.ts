import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { keyword } from "../../history/edn.ts";
import { NS_PER_MS, type Op, printHistory } from "../../history/operations.ts";
import { RunFolder, UnwritableFile } from "./writer.ts";

const START = new Date("2025-01-02T03:04:05.678Z");

async function withRoot(story: (root: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    story(join(folder, "runs"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const READ = { process: 0, f: "read", value: null } as const;

/** Reads a file through a link. */
const through = (root: string, link: string, file: string) =>
  Deno.readTextFileSync(join(root, link, file));

Deno.test("a run's folder has Maelstrom's name and files", async () => {
  await withRoot((root) => {
    const folder = RunFolder.create(root, "echo", START);
    assertEquals(folder.path, join(root, "echo", "20250102T030405.678Z"));
    folder.writeMap("test", { rate: 5 });
    folder.writeOutcome({ results: { "valid?": true } });
    folder.log("running");
    folder.log("stopping");
    folder.log("up", "n0");
    folder.log("up, too", "n1");
    folder.log("è finita", "n0");
    folder.close();
    const read = (name: string) => Deno.readTextFileSync(join(folder.path, name));
    assertEquals(read("test.edn"), "{:rate 5}\n");
    assertEquals(read("results.edn"), "{:valid? true}\n");
    assertEquals(read("run.log"), "running\nstopping\n");
    assertEquals(read("node-logs/n0.log"), "up\nè finita\n");
    assertEquals(read("node-logs/n1.log"), "up, too\n");
  });
});

Deno.test("two runs that start in the same millisecond get a folder each", async () => {
  await withRoot((root) => {
    const folders = [1, 2, 3].map(() => RunFolder.create(root, "echo", START));
    for (const folder of folders) folder.close();
    assertEquals(folders.map(({ name }) => name), [
      "20250102T030405.678Z",
      "20250102T030405.678Z-1",
      "20250102T030405.678Z-2",
    ]);
  });
});

Deno.test("current points at a run from its start, latest from its end, even after a crash", async () => {
  await withRoot((root) => {
    const first = RunFolder.create(root, "echo", START);
    first.writeMap("test", { run: 1 });
    first.writeOutcome({ results: { "valid?": true } });
    assertEquals(through(root, "current", "test.edn"), "{:run 1}\n");
    first.close();
    const second = RunFolder.create(root, "broadcast");
    second.writeMap("test", { run: 2 });
    assertEquals(through(root, "current", "test.edn"), "{:run 2}\n");
    assertEquals(through(root, "latest", "test.edn"), "{:run 1}\n");
    second.close(); // without results: it crashed
    assertEquals(through(root, "latest", "test.edn"), "{:run 2}\n");
    assertThrows(() => through(root, "latest", "results.edn"), Deno.errors.NotFound);
    assertEquals(through(root, "echo/latest", "test.edn"), "{:run 1}\n");
    assertEquals(through(root, "broadcast/latest", "test.edn"), "{:run 2}\n");
  });
});

Deno.test("a folder may be moved: its links are relative", async () => {
  await withRoot((root) => {
    const folder = RunFolder.create(root, "echo", START);
    folder.writeMap("test", { run: 1 });
    folder.close();
    const moved = `${root}-moved`;
    Deno.renameSync(root, moved);
    for (const link of ["latest", "current", "echo/latest"]) {
      assertEquals(through(moved, link, "test.edn"), "{:run 1}\n");
    }
  });
});

Deno.test("a history is written as it happens, as one map a line and as a table", async () => {
  await withRoot((root) => {
    const history: Op[] = [
      { ...READ, index: 0, time: 5 * NS_PER_MS, type: "invoke" },
      { index: 1, time: 15 * NS_PER_MS, type: "info", process: "nemesis", f: "heal", value: null },
      { ...READ, index: 2, time: 25 * NS_PER_MS, type: "ok", value: [1, "a\tb"] },
      { ...READ, index: 3, time: 35 * NS_PER_MS, type: "fail", error: keyword("net-timeout") },
    ];
    const folder = RunFolder.create(root, "echo", START);
    assertEquals(through(root, "current", "history.edn"), "");
    for (const [n, op] of history.entries()) {
      folder.writeOp(op);
      const written = history.slice(0, n + 1);
      assertEquals(through(root, "current", "history.edn"), printHistory(written), "as it happens");
    }
    folder.close();
    assertEquals(through(root, "latest", "history.txt").split("\n"), [
      "0\t:invoke\t:read\tnil",
      ":nemesis\t:info\t:heal\tnil",
      '0\t:ok\t:read\t[1 "a\\tb"]',
      "0\t:fail\t:read\tnil\t:net-timeout",
      "",
    ]);
  });
});

Deno.test("operations in quick succession are written together, at the latest when a phase begins", async () => {
  await withRoot((root) => {
    const folder = RunFolder.create(root, "echo", START);
    const write = (timeNs: number) =>
      folder.writeOp({ ...READ, index: timeNs, time: timeNs, type: "invoke" });
    const count = () => through(root, "current", "history.edn").split("\n").length - 1;
    const counts = [0, 1, 2, 10 * NS_PER_MS, 10 * NS_PER_MS + 1].map((timeNs) => {
      write(timeNs);
      return count();
    });
    assertEquals(counts, [1, 1, 1, 4, 4]);
    folder.log("stopping");
    assertEquals(count(), 5);
    write(10 * NS_PER_MS + 2);
    folder.close();
    assertEquals(count(), 6);
  });
});

Deno.test("results are there only when they are whole, after everything else", async () => {
  await withRoot((root) => {
    const folder = RunFolder.create(root, "txn", START);
    const files = () => [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort();
    const before = files();
    assertEquals(before, ["history.edn", "history.txt", "messages.gz", "node-logs"]);
    folder.writeOutcome({});
    assertEquals(files(), before, "a run that crashed has none");
    Deno.writeTextFileSync(join(folder.path, "elle"), "a file where a folder belongs");
    const outcome = { results: { "valid?": true }, finalStates: { "valid?": true } };
    const drawings = new Map([["G0.svg", "<svg/>"]]);
    const { message } = assertThrows(
      () => folder.writeOutcome(outcome, drawings),
      UnwritableFile,
    );
    assertEquals(message.startsWith(`${folder.path}/elle/G0.svg cannot be written: `), true);
    assertThrows(() => through(root, "current", "results.edn"), Deno.errors.NotFound);
    Deno.removeSync(join(folder.path, "elle"));
    folder.writeOutcome(outcome, drawings);
    folder.close();
    assertEquals(files(), [
      "elle",
      "final-states.edn",
      "history.edn",
      "history.txt",
      "messages.gz",
      "node-logs",
      "results.edn",
    ]);
    assertEquals(through(root, "latest", "elle/G0.svg"), "<svg/>");
  });
});

Deno.test("a file that cannot be written is named, with the reason", async () => {
  await withRoot((root) => {
    const folder = RunFolder.create(root, "echo", START);
    Deno.removeSync(join(folder.path, "node-logs"));
    assertThrows(
      () => folder.log("up", "n0"),
      UnwritableFile,
      `${folder.path}/node-logs/n0.log cannot be written: No such file or directory`,
    );
    folder.close();
  });
});

Deno.test("a folder in the place of a link is not written into", async () => {
  await withRoot((root) => {
    Deno.mkdirSync(join(root, "latest"), { recursive: true });
    assertThrows(() => RunFolder.create(root, "echo"), UnwritableFile, "latest is in the way");
    assertEquals([...Deno.readDirSync(join(root, "latest"))], []);
  });
});
