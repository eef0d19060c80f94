import { assertEquals } from "@std/assert";

const project = new URL("../../", import.meta.url);

/** A `deno.json`: the project's, or a linked package's. */
interface Config {
  readonly name?: string;
  readonly version?: string;
  readonly imports?: Readonly<Record<string, string>>;
  readonly links?: readonly string[];
}

async function read(path: string): Promise<Config> {
  return JSON.parse(await Deno.readTextFile(new URL(path, project)));
}

Deno.test("every package from JSR is linked to a local one of the same name and version", async () => {
  const { imports = {}, links = [] } = await read("deno.json");
  const packages = await Promise.all(links.map((link) => read(`${link}/deno.json`)));
  assertEquals(
    packages.map(({ name, version }) => `jsr:${name}@${version}`),
    Object.values(imports).filter((specifier) => specifier.startsWith("jsr:")),
  );
});
