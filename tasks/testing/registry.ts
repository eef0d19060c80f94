/**
 * A registry like JSR on this machine, for tests: takes what `deno publish` sends, and hands it out.
 *
 * @module
 */
import config from "../../deno.json" with { type: "json" };
import { withFolder } from "../../lib/testing/process.ts";

/** A published version: its files by their paths, and what its configuration exports. */
interface Version {
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** Serves packages until it is disposed of. */
export class Registry implements AsyncDisposable {
  /** By `@scope/name`. */
  readonly #packages = new Map<string, Version>();
  readonly #server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => this.#answer(request),
  );

  /** What `JSR_URL` has to be. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** Adds a package from its folder, with `deno-std` from npm. */
  async add(folder: string): Promise<void> {
    const { name, version, exports } = JSON.parse(await Deno.readTextFile(`${folder}/deno.json`));
    const files = new Map<string, Uint8Array<ArrayBuffer>>();
    for (const path of filesIn(folder)) {
      const text = await Deno.readTextFile(path);
      const rewritten = text.replaceAll('"deno-std/', `"${config.imports["deno-std"]}/`);
      files.set(path.slice(folder.length), new TextEncoder().encode(rewritten));
    }
    this.#packages.set(name, { version, exports: exportsOf(exports), files });
  }

  /** The paths of a package's files. */
  filesOf(name: string): string[] {
    return [...this.#packages.get(name)?.files.keys() ?? []].sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const api = /^\/api\/scopes\/([^/]+)\/packages\/([^/]+)(?:\/versions\/([^/]+))?$/.exec(
      pathname,
    );
    if (api !== null) {
      const [, scope = "", name = "", version] = api;
      if (request.method === "POST" && version !== undefined) {
        this.#packages.set(`@${scope}/${name}`, await unpack(request, version));
        return Response.json({ id: "1", status: "success", error: null });
      }
      return version === undefined
        ? Response.json({ scope, name })
        : Response.json({ code: "packageVersionNotFound", message: "" }, { status: 404 });
    }
    return await this.#file(pathname) ?? new Response(null, { status: 404 });
  }

  async #file(pathname: string): Promise<Response | undefined> {
    const [, name = "", rest = ""] = /^\/(@[^/]+\/[^/]+)\/(.+)$/.exec(pathname) ?? [];
    const found = this.#packages.get(name);
    if (found === undefined) return undefined;
    const { version, exports, files } = found;
    if (rest === "meta.json") {
      return Response.json({ latest: version, versions: { [version]: {} } });
    }
    if (rest === `${version}_meta.json`) {
      const manifest = Object.fromEntries(
        await Promise.all([...files].map(async ([path, bytes]) => [path, await entryOf(bytes)])),
      );
      return Response.json({ exports, manifest });
    }
    const bytes = files.get(rest.slice(version.length));
    return bytes && new Response(bytes, { headers: { "content-type": typeOf(rest) } });
  }
}

/** A file's type, as JSR has it. */
function typeOf(path: string): string {
  return path.endsWith(".json") ? "application/json" : "application/typescript";
}

async function entryOf(bytes: Uint8Array<ArrayBuffer>) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return { size: bytes.length, checksum: `sha256-${digest.toHex()}` };
}

/** Unpacks what was published. */
async function unpack(request: Request, version: string): Promise<Version> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  await withFolder(async (folder) => {
    await Deno.writeFile(`${folder}.tgz`, new Uint8Array(await request.arrayBuffer()));
    await new Deno.Command("tar", { args: ["xzf", `${folder}.tgz`, "-C", folder] }).output();
    await Deno.remove(`${folder}.tgz`);
    for (const path of filesIn(folder)) {
      files.set(path.slice(folder.length), Deno.readFileSync(path));
    }
  });
  const { exports } = JSON.parse(new TextDecoder().decode(files.get("/deno.json")));
  return { version, files, exports: exportsOf(exports) };
}

function exportsOf(exports: string | Version["exports"]): Version["exports"] {
  return typeof exports === "string" ? { ".": exports } : exports;
}

function* filesIn(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* filesIn(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}
