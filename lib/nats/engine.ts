/**
 * Which engine this is: two of the same name give the same histories for the same seeds.
 *
 * @module
 */
import { hashOf } from "./program.ts";

/** Folders of `lib/` whose modules make or judge a history; of `lib/` itself, all modules do. */
const FOLDERS = ["", "checkers/", "history/", "report/", "simulator/", "workbench/"];
const LIB = new URL("../", import.meta.url);

/** The version of Deno, and a hash of this library's text; its address where it is not in files. */
export async function engineName(): Promise<string> {
  const deno = `Deno ${Deno.version.deno}`;
  if (LIB.protocol !== "file:") return `${deno} with ${LIB.href}`;
  const files = FOLDERS.flatMap((folder) => [...modulesIn(folder)]).sort();
  const texts = files.map((path) => [path, Deno.readTextFileSync(new URL(path, LIB))]);
  return `${deno} with engine ${(await hashOf(texts)).slice(0, 12)}`;
}

/** The modules in a folder and those below it; of `lib/` and `report/` without those below. */
function* modulesIn(folder: string): Generator<string> {
  const isDeep = folder !== "" && folder !== "report/";
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, LIB))) {
    if (isDirectory && isDeep && name !== "testdata") yield* modulesIn(`${folder}${name}/`);
    else if (/(?<!_test|_fixture|\.d)\.[jt]s$/.test(name)) yield `${folder}${name}`;
  }
}
