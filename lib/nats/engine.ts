/**
 * Which engine this is: two of the same name give the same histories for the same seeds.
 *
 * @module
 */
import config from "../../deno.json" with { type: "json" };
import { hashOf } from "./program.ts";

/** Folders of `lib/` whose modules make or judge a history; of `lib/` itself, all modules do. */
const FOLDERS = ["", "checkers/", "history/", "report/", "simulator/", "workbench/"];
const LIB = new URL("../", import.meta.url);

/** The version of Deno, the version of this library, and a hash of its text where that is in files. */
export async function engineName(): Promise<string> {
  const version = `Deno ${Deno.version.deno} with ${config.name} ${config.version}`;
  if (LIB.protocol !== "file:") return version;
  const files = FOLDERS.flatMap((
    folder,
  ) => [...modulesIn(folder, folder !== "" && folder !== "report/")]);
  const texts = files.sort().map((path) => [path, Deno.readTextFileSync(new URL(path, LIB))]);
  return `${version} (${(await hashOf(texts)).slice(0, 12)})`;
}

function* modulesIn(folder: string, isDeep: boolean): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, LIB))) {
    if (isDirectory && isDeep && name !== "testdata") yield* modulesIn(`${folder}${name}/`, true);
    else if (/(?<!_test|_fixture|\.d)\.[jt]s$/.test(name)) yield `${folder}${name}`;
  }
}
