/**
 * Serves a folder's files to browsers on this machine.
 *
 * @module
 */
import { extname, join } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

/**
 * Serves files on 127.0.0.1 until the signal aborts. Requests that name another host are refused, so
 * that no page elsewhere reaches this one by a name that it makes up.
 */
export function serveFolder(
  folder: string,
  { port, signal }: { readonly port: number; readonly signal: AbortSignal },
): Deno.HttpServer<Deno.NetAddr> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, signal, onListen: () => {} },
    async ({ url, headers, method }) => {
      const { pathname } = new URL(url);
      const hosts = ["127.0.0.1", "localhost"].map((name) => `${name}:${server.addr.port}`);
      if (!hosts.includes(headers.get("host") ?? "")) return new Response(null, { status: 403 });
      if (method !== "GET" && method !== "HEAD") return new Response(null, { status: 405 });
      return await fileAt(folder, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    },
  );
  return server;
}

async function fileAt(folder: string, path: string): Promise<Response> {
  // The site's names are plain: whatever else is asked for is not there.
  const type = /^(?:\/[\w-][\w.-]*)+$/.test(path) ? TYPES[extname(path)] : undefined;
  if (type === undefined) return new Response("There is no such page.", { status: 404 });
  try {
    const headers = { "content-type": type, "cache-control": "no-cache" };
    return new Response(await Deno.readFile(join(folder, path)), { headers });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return new Response("There is no such page.", { status: 404 });
    }
    throw error;
  }
}
