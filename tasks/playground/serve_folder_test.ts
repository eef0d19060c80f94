import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { serveFolder } from "./serve_folder.ts";

Deno.test("a folder's files are served to this machine's browsers, and nothing else", async () => {
  const folder = await Deno.makeTempDir();
  const end = new AbortController();
  try {
    await Deno.mkdir(join(folder, "site"));
    await Deno.writeTextFile(join(folder, "site", "index.html"), "<p>here");
    await Deno.writeTextFile(join(folder, "secret.html"), "secret");
    const server = serveFolder(join(folder, "site"), { port: 0, signal: end.signal });
    const { port } = server.addr;
    const statusOf = async (path: string, host = `127.0.0.1:${port}`) => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      const request = `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;
      await connection.write(new TextEncoder().encode(request));
      const answer = await new Response(connection.readable).text();
      return Number(answer.split(" ")[1]);
    };
    assertEquals(await statusOf("/"), 200);
    assertEquals(await statusOf("/index.html", `localhost:${port}`), 200);
    assertEquals(await statusOf("/", "elsewhere.example"), 421);
    for (const path of ["/none.html", "/../secret.html", "/%2e%2e/secret.html", "/.hidden"]) {
      assertEquals(await statusOf(path), 404, path);
    }
    end.abort();
    await server.finished;
  } finally {
    end.abort();
    await Deno.remove(folder, { recursive: true });
  }
});
