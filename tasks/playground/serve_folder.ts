/**
 * Serves a folder's files to browsers on this machine.
 *
 * @module
 */
import { extname, join } from "node:path";
import { Refusal, requireHost } from "../../lib/report/runs/guard.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
};

/** Serves files on 127.0.0.1 until the signal aborts. Requests that name another host are refused. */
export function serveFolder(
  folder: string,
  { port, signal }: { readonly port: number; readonly signal: AbortSignal },
): Deno.HttpServer<Deno.NetAddr> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, signal, onListen: () => {} },
    async (request) => {
      try {
        requireHost(request, server.addr);
      } catch (error) {
        if (error instanceof Refusal) return new Response(error.message, { status: error.status });
        throw error;
      }
      const { pathname } = new URL(request.url);
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
