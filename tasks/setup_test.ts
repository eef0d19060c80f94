import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { fileURLToPath } from "node:url";
import { setup } from "./setup.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Nothing listens there, and no name is looked up. */
const UNREACHABLE = "http://127.0.0.1:1/";
const VERSIONS: Record<string, string> = { "@std/assert": "1.0.19", "@std/async": "1.5.0" };
const IMPORTS = Object.fromEntries(
  Object.entries(VERSIONS).map(([name, version]) => [name, `jsr:${name}@${version}`]),
);

/** A project folder of these imports, with this project's stand-ins. */
class Project implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async create(imports = IMPORTS): Promise<Project> {
    const project = new Project(await Deno.makeTempDir());
    await project.write("deno.json", JSON.stringify({ vendor: true, lock: false, imports }));
    for (const name of ["assert", "async"]) {
      const from = fileURLToPath(new URL(`./standins/${name}`, import.meta.url));
      for await (const file of Deno.readDir(from)) {
        const text = await Deno.readTextFile(`${from}/${file.name}`);
        await project.write(`tasks/standins/${name}/${file.name}`, text);
      }
    }
    return project;
  }

  async write(path: string, text: string, mode = 0o644): Promise<void> {
    const file = `${this.folder}/${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, text, { mode });
  }

  read(path: string): Promise<string> {
    return Deno.readTextFile(`${this.folder}/${path}`);
  }

  async has(path: string): Promise<boolean> {
    return await Deno.stat(`${this.folder}/${path}`).then(() => true, () => false);
  }

  async entries(): Promise<string[]> {
    return (await Array.fromAsync(Deno.readDir(this.folder))).map(({ name }) => name).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** A registry on loopback that counts how often it is asked. */
class Registry implements AsyncDisposable {
  asked = 0;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(respond: (name: string) => Response = answer) {
    const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
    this.#server = Deno.serve(options, (request) => {
      this.asked++;
      return respond(new URL(request.url).pathname.slice(1).replace("/meta.json", ""));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function answer(name: string): Response {
  return Response.json({ versions: { [VERSIONS[name] ?? ""]: {} } });
}

const STAND_IN = "vendor/http_127.0.0.1_1/@std/assert/1.0.19/mod.ts";

Deno.test("stand-ins take the place of packages that cannot be reached, once", async () => {
  await using project = await Project.create();
  const said = await setup(project.folder, { registry: UNREACHABLE });
  assertStringIncludes(String(said), `JSR does not answer (${UNREACHABLE}: no connection)`);
  assertEquals(await project.read(STAND_IN), await project.read("tasks/standins/assert/mod.ts"));
  assertEquals(await setup(project.folder, { registry: UNREACHABLE }), undefined);
  assertEquals(await project.entries(), ["deno.json", "tasks", "vendor"]);
});

Deno.test("packages that can be reached are left to Deno, and asked for once", async () => {
  await using project = await Project.create();
  await using registry = new Registry();
  const options = { registry: registry.url };
  assertEquals(await setup(project.folder, options), `Packages: from JSR (${registry.url}).`);
  assertEquals(registry.asked, 2);
  assertEquals(await setup(project.folder, options), undefined);
  assertEquals(registry.asked, 2);
  assertEquals(
    await Array.fromAsync(Deno.readDir(`${project.folder}/vendor`), ({ name }) => name),
    ["packages.json"],
  );
});

Deno.test("stand-ins stay for a day, then make place for packages that can be reached", async () => {
  await using project = await Project.create();
  let up = false;
  await using registry = new Registry((name) =>
    up ? answer(name) : new Response("later", { status: 503 })
  );
  const at = (nowMs: number) => setup(project.folder, { registry: registry.url, nowMs });
  assertStringIncludes(String(await at(0)), "HTTP status 503 for @std/assert");
  const host = `vendor/${registry.url.slice(0, -1).replace("://", "_").replace(":", "_")}`;
  assert(await project.has(host));

  // A day passes and nothing has changed: it is asked, and nothing said.
  assertEquals(await at(DAY_MS), undefined);
  const { asked } = registry;
  up = true;
  assertEquals(await at(2 * DAY_MS - 1), undefined);
  assertEquals(registry.asked, asked);
  assertStringIncludes(String(await at(2 * DAY_MS)), "from JSR");
  assertFalse(await project.has(host));
});

Deno.test("what Deno has downloaded is not thrown away when there is no note yet", async () => {
  await using project = await Project.create();
  await using registry = new Registry();
  await project.write("vendor/downloaded/by/deno.ts", "");
  await setup(project.folder, { registry: registry.url });
  assert(await project.has("vendor/downloaded/by/deno.ts"));
});

Deno.test("a damaged folder of stand-ins is repaired", async () => {
  await using project = await Project.create();
  const options = { registry: UNREACHABLE };
  await setup(project.folder, options);
  const whole = await project.read(STAND_IN);
  const damages = [
    () => Deno.remove(`${project.folder}/${STAND_IN}`),
    () => project.write(STAND_IN, "half a fi"),
    () => project.write("vendor/packages.json", "{"),
    () => project.write("vendor/packages.json", "{}"),
    () => Deno.remove(`${project.folder}/vendor`, { recursive: true }),
  ];
  for (const damage of damages) {
    await damage();
    assertStringIncludes(String(await setup(project.folder, options)), "stand-ins");
    assertEquals(await project.read(STAND_IN), whole);
    assertEquals(await setup(project.folder, options), undefined);
  }
});

Deno.test("a changed stand-in, and another version, take effect at once", async () => {
  await using project = await Project.create();
  const options = { registry: UNREACHABLE };
  await setup(project.folder, options);
  await project.write("tasks/standins/assert/mod.ts", "export {};\n");
  assertStringIncludes(String(await setup(project.folder, options)), "stand-ins");
  assertEquals(await project.read(STAND_IN), "export {};\n");

  const imports = { "@std/assert": "jsr:@std/assert@2.0.0" };
  await project.write("deno.json", JSON.stringify({ imports }));
  assertStringIncludes(String(await setup(project.folder, options)), "stand-ins");
  assert(await project.has(STAND_IN.replace("1.0.19", "2.0.0")));
  assertFalse(await project.has(STAND_IN));
});

Deno.test("what a killed start left beside the folder is removed when it is old", async () => {
  await using project = await Project.create();
  await project.write("vendor.old/new/file", "");
  await project.write("vendor.young/new/file", "");
  await Deno.utime(`${project.folder}/vendor.old`, new Date(0), new Date(0));
  await setup(project.folder, { registry: UNREACHABLE });
  assertEquals(await project.entries(), ["deno.json", "tasks", "vendor", "vendor.young"]);
});

Deno.test("many starts at once leave one whole folder", async () => {
  await using project = await Project.create();
  const options = { registry: UNREACHABLE };
  await Promise.all(Array.from({ length: 8 }, () => setup(project.folder, options)));
  assertEquals(await setup(project.folder, options), undefined);
  assertEquals(await project.entries(), ["deno.json", "tasks", "vendor"]);
});

Deno.test("an answer that is none of a registry counts as no answer", async () => {
  const answers = new Map([
    ["no JSON for @std/assert", () => new Response("<html>Log in to this network</html>")],
    ["no version 1.0.19 of @std/assert", () => Response.json({ versions: { "9.0.0": {} } })],
    ["HTTP status 404 for @std/assert", () => new Response("", { status: 404 })],
  ]);
  for (const [trouble, respond] of answers) {
    await using project = await Project.create();
    await using registry = new Registry(respond);
    const said = await setup(project.folder, { registry: registry.url });
    assertStringIncludes(String(said), trouble);
  }
});

Deno.test("an import that no stand-in can be made for is named", async () => {
  const imports = new Map([
    ["jsr:@std/assert@^1.0.0", "with an exact version, got"],
    ["jsr:@std/yaml@1.0.0", "deno.json imports @std/yaml from JSR, but it has no stand-in"],
  ]);
  for (const [specifier, message] of imports) {
    await using project = await Project.create({ it: specifier });
    await assertRejects(
      () => setup(project.folder, { registry: UNREACHABLE }),
      Error,
      message,
    );
  }
});

Deno.test("Deno tests and checks with the stand-ins, and runs from any folder", async () => {
  await using project = await Project.create();
  await project.write(
    "main.ts",
    `#!/usr/bin/env -S deno run --quiet
import { assertEquals } from "@std/assert";
import { delay as same } from "@std/async";
import { delay } from "@std/async/delay";
Deno.test("it waits", () => delay(1));
assertEquals(same, delay);
if (import.meta.main) console.log(import.meta.resolve("@std/assert"));
`,
    0o755,
  );
  await setup(project.folder, { registry: UNREACHABLE });
  const main = `${project.folder}/main.ts`;
  const deno = Deno.execPath();
  const resolved = `${UNREACHABLE}@std/assert/1.0.19/mod.ts`;
  // Tests and checks take their settings from the folder they start in, a script from its own.
  const commands: [cwd: string, command: string, args: string[], output: string][] = [
    [project.folder, deno, ["test", "--quiet", main], "1 passed"],
    [project.folder, deno, ["check", "--quiet", main], ""],
    ["/", deno, ["run", "--quiet", main], resolved],
    ["/", main, [], resolved],
  ];
  // Not among this machine's: nothing may come from its cache.
  const cache = `${project.folder}/cache`;
  const path = `${deno.slice(0, deno.lastIndexOf("/"))}:${Deno.env.get("PATH")}`;
  for (const [cwd, command, args, expected] of commands) {
    const { stdout, stderr, success } = await new Deno.Command(command, {
      args,
      cwd,
      env: { DENO_DIR: cache, JSR_URL: UNREACHABLE, PATH: path },
    }).output();
    const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    assert(success, said);
    assertStringIncludes(said, expected);
  }
});
