import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { delay } from "@std/async";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { holdsMaelstrom, installMaelstrom } from "./install.ts";
import { isInstalled } from "./installed.ts";

const LAUNCHER = "#!/bin/sh\necho maelstrom\n";

/** What a test has at hand: a folder that is empty but for the target, and a served archive. */
interface Place {
  folder: string;
  target: string;
  url: string;
  archive: Uint8Array<ArrayBuffer>;
  sha256: string;
}

/** A bzip2-compressed tar with this one file in it, made by the system's own tar. */
async function archiveOf(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, LAUNCHER, { mode: 0o755 });
    const args = ["-cjf", `${folder}/a.tar.bz2`, "-C", folder, path];
    const { success } = await new Deno.Command("tar", { args }).output();
    assert(success, "tar failed");
    return await Deno.readFile(`${folder}/a.tar.bz2`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function withServer(
  respond: (archive: Uint8Array<ArrayBuffer>) => Response,
  test: (place: Place) => Promise<void>,
  path = "maelstrom/maelstrom",
): Promise<void> {
  const archive = await archiveOf(path);
  const folder = await Deno.makeTempDir();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    return respond(archive);
  });
  try {
    await test({
      folder,
      target: `${folder}/maelstrom`,
      url: `http://127.0.0.1:${server.addr.port}/maelstrom.tar.bz2`,
      archive,
      sha256: createHash("sha256").update(archive).digest("hex"),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The installation fails with this message and leaves nothing behind. */
async function assertFails(place: Place, message: string, options: { tar?: string } = {}) {
  const { url, sha256, target } = place;
  const install = () => installMaelstrom({ url, sha256, target, ...options });
  await assertRejects(install, Error, message);
  assertEquals(await Array.fromAsync(Deno.readDir(place.folder)), []);
}

const whole = (archive: Uint8Array<ArrayBuffer>) => new Response(archive);
const ignore = !(await isInstalled("tar") && await isInstalled("bzip2"));

Deno.test({
  name: "Maelstrom is downloaded, verified and unpacked, and nothing else is left",
  ignore,
  fn: () =>
    withServer(whole, async ({ folder, url, sha256, target, archive }) => {
      assertFalse(await holdsMaelstrom(target));
      const progress: unknown[] = [];
      const onProgress = (...figures: unknown[]) => progress.push(figures);
      await installMaelstrom({ url, sha256, target, onProgress });
      assert(await holdsMaelstrom(target));
      assertEquals((await Array.fromAsync(Deno.readDir(folder))).map((e) => e.name), ["maelstrom"]);
      assertEquals(await Deno.readTextFile(`${target}/maelstrom`), LAUNCHER);
      assertEquals((await Deno.stat(`${target}/maelstrom`)).mode! & 0o111, 0o111);
      assertEquals(progress.at(-1), [archive.length, archive.length]);
    }),
});

Deno.test({
  name: "an archive with another hash is refused before it is unpacked",
  ignore,
  fn: () =>
    withServer(whole, async (place) => {
      const sha256 = "0".repeat(64);
      const message = `its SHA-256 is ${place.sha256}, expected ${sha256}.`;
      // Unpacking would fail with another message.
      await assertFails({ ...place, sha256 }, message, { tar: "no-such-command" });
    }),
});

Deno.test({
  name: "an error says how far a download came that breaks off",
  ignore,
  fn: async () => {
    const archive = await archiveOf("maelstrom/maelstrom");
    const half = archive.subarray(0, archive.length / 2);
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serving = (async () => {
      using connection = await listener.accept();
      await connection.read(new Uint8Array(4096));
      const head = `HTTP/1.1 200 OK\r\ncontent-length: ${archive.length}\r\n\r\n`;
      await connection.write(new TextEncoder().encode(head));
      await connection.write(half);
    })();
    const folder = await Deno.makeTempDir();
    const url = `http://127.0.0.1:${listener.addr.port}/`;
    const place = { folder, target: `${folder}/maelstrom`, url, archive, sha256: "" };
    await assertFails(place, `After ${half.length} of ${archive.length} bytes, downloading ${url}`);
    await serving;
    await Deno.remove(folder);
  },
});

Deno.test({
  name: "an archive whose server ends it early has the wrong hash",
  ignore,
  fn: () =>
    withServer(
      (archive) => new Response(ReadableStream.from([archive.subarray(0, 20)])),
      (place) => assertFails(place, `expected ${place.sha256}`),
    ),
});

Deno.test({
  name: "an HTTP error is named by its status",
  ignore,
  fn: () =>
    withServer(
      () => new Response("gone", { status: 404, statusText: "Not Found" }),
      (place) =>
        assertFails(place, `Downloading ${place.url} failed: expected HTTP status 200, got 404`),
    ),
});

Deno.test({
  name: "a server that cannot be reached is named",
  ignore,
  fn: () =>
    withServer(whole, async (place) => {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const url = `http://127.0.0.1:${listener.addr.port}/`;
      listener.close();
      await assertFails({ ...place, url }, `Connecting to ${url} failed: `);
    }),
});

Deno.test({
  name: "a missing tar is named",
  ignore,
  fn: () =>
    withServer(
      whole,
      (place) =>
        assertFails(place, "Unpacking needs the command no-such-command", {
          tar: "no-such-command",
        }),
    ),
});

Deno.test({
  name: "an archive of something else is refused",
  ignore,
  fn: () =>
    withServer(
      whole,
      (place) => assertFails(place, "has no maelstrom/maelstrom in it"),
      "other/file",
    ),
});

Deno.test({
  name: "a download can be aborted",
  ignore,
  fn: () =>
    withServer(whole, async ({ folder, url, sha256, target }) => {
      const signal = AbortSignal.abort(new Error("interrupted"));
      const install = () => installMaelstrom({ url, sha256, target, signal });
      await assertRejects(install, Error, "interrupted");
      assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
    }),
});

Deno.test({
  name: "unpacking can be aborted, and nothing is left",
  ignore,
  fn: () =>
    withServer(whole, async ({ folder, url, sha256, target }) => {
      const tar = `${folder}/tar`;
      const script = `#!/bin/sh\n[ $# = 1 ] && exit\n: >${folder}/unpacking\nexec sleep 60\n`;
      await Deno.writeTextFile(tar, script, { mode: 0o755 });
      const interrupted = new AbortController();
      const { signal } = interrupted;
      const installing = installMaelstrom({ url, sha256, target, tar, signal });
      const rejected = assertRejects(() => installing, Error, "interrupted");
      while (!existsSync(`${folder}/unpacking`)) await delay(10);
      interrupted.abort(new Error("interrupted"));
      await rejected;
      const left = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
      assertEquals(left, ["tar", "unpacking"]);
    }),
});
