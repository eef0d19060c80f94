import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { join } from "node:path";
import { addFolder, addRun, stampOf } from "../lib/report/runs/runs_fixture.ts";
import { finish, linkTo, spawnDeno, withFolder } from "../lib/testing/process.ts";
import { UsageError } from "../lib/workbench/option.ts";
import { ProgressFile } from "../lib/workbench/store/progress_file.ts";
import { main } from "./serve.ts";
import { fromRoot } from "./testing/scripts.ts";

/** The arguments of the task, with its own permissions. */
async function argumentsOf(task: string): Promise<string[]> {
  const { tasks } = JSON.parse(await Deno.readTextFile(fromRoot("deno.json")));
  const [, ...words] = String(tasks[task].command).split(" ");
  return words.map((word) => word === "tasks/cli.ts" ? fromRoot(word) : word);
}

/** Serves the runs in a folder until the story is over, then interrupts; resolves to the status. */
async function served(folder: string, story: (url: string) => Promise<void>): Promise<number> {
  const server = spawnDeno([...await argumentsOf("serve"), "--port", "0"], folder);
  const lines = server.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).values();
  try {
    const { value } = await lines.next();
    assert(value !== undefined, "it prints no address");
    await story(value);
  } finally {
    server.kill("SIGINT");
  }
  await lines.return?.();
  await server.stderr.cancel();
  return (await server.status).code;
}

/** The lines of a stream of events. */
function follow({ body }: Response): AsyncIterator<string, void, void> {
  assert(body !== null);
  return body.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream()).values();
}

/** Reads lines up to one that begins so. */
async function until(lines: AsyncIterator<string, void, void>, start: string): Promise<string> {
  for (;;) {
    const { value, done } = await lines.next();
    assert(!done && value !== undefined, `the stream ends without ${start}`);
    if (value.startsWith(start)) return value;
  }
}

Deno.test("a run in progress is followed to its end, and an interruption ends open streams, too", () =>
  withFolder(async (folder) => {
    const root = join(folder, "results/runs");
    addRun(root, `broadcast/${stampOf(1)}`);
    const id = `broadcast/${stampOf(2)}`;
    const dir = addFolder(root, id);
    const status = await served(folder, async (url) => {
      assertMatch(url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
      const changes = follow(await fetch(`${url}changes`));
      let readings: AsyncIterator<string, void, void>;
      {
        using file = ProgressFile.open(dir);
        file.write(`{"ok":1}`);
        readings = follow(await fetch(`${url}progress?run=${id}`));
        assertEquals(await until(readings, "data:"), `data: {"ok":1}`);
        file.write(`{"ok":2}`);
        assertEquals(await until(readings, "id:"), "id: 18");
        assertEquals(await until(readings, "data:"), `data: {"ok":2}`);
      }
      await until(readings, "event: end");
      const later = await fetch(`${url}progress?run=${id}&from=9`);
      assertMatch(await later.text(), /data: {"ok":2}\n\nevent: end\n/);
      linkTo(id, join(root, "latest"));
      await until(changes, "event: changed");
      follow(await fetch(`${url}changes`)); // stays open
    });
    assertEquals(status, 0);
  }));

Deno.test("a port that is in use is named, with what to do", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  await assertRejects(
    () => main(["--port", String(port)]),
    UsageError,
    `--port ${port} is in use, perhaps by another deno task serve; --port 0 takes one that is free`,
  );
});

Deno.test("clean deletes all runs but the latest, and says first what it would delete", () =>
  withFolder(async (folder) => {
    const root = join(folder, "results/runs");
    for (const n of [1, 2, 3]) addRun(root, `broadcast/${stampOf(n)}`);
    const clean = async (...words: string[]) => {
      const { code, out, err } = await finish(
        spawnDeno([...await argumentsOf("clean"), ...words], folder),
      );
      assertEquals(err, "");
      return { code, out };
    };
    const left = () => [...Deno.readDirSync(join(root, "broadcast"))].map(({ name }) => name);
    const dry = await clean("--keep", "1", "--dry-run");
    assertEquals(dry.code, 0);
    assertMatch(dry.out, /20261128T120002.*20261128T120001.*\n2 runs, .* kB; --dry-run deletes/s);
    assertEquals(left().length, 3);
    assertMatch((await clean("--keep", "1")).out, /Deleted 2 runs, .* kB\./);
    assertEquals(left(), [stampOf(3)]);
    assertMatch((await clean("--keep", "1")).out, /^Deleted no runs, 0 B\.\n$/);
  }));
