/**
 * The rules that keep the project's shape: what may import what, what must not be there.
 *
 * @module
 */
import config from "../../deno.json" with { type: "json" };
import { NS_PER_MS, NS_PER_S } from "../../lib/history/operations.ts";
import type { Module, NumberSpot } from "./modules.ts";

/** Where a module breaks a rule, and which: `lib/rpc.ts:7: …`. */
type Breach = string;

/** The modules of lib/ itself, which know none of its folders. */
const PROTOCOL = "lib";
const RUN = [PROTOCOL, "lib/history", "lib/checkers"];
const SIMULATION = [...RUN, "lib/workbench"];
const STORY = [...SIMULATION, "lib/simulator"];

/** What the modules of each room may import beside those of their own. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  "lib/std": [],
  [PROTOCOL]: [],
  "lib/algorithms": [PROTOCOL],
  "lib/history": [PROTOCOL],
  "lib/checkers": ["lib/history"],
  "lib/workbench": RUN,
  "lib/simulator": SIMULATION,
  "lib/testing": STORY,
  "lib/report": STORY,
  "lib/playground": [...STORY, "lib/algorithms", "lib/report"],
  "lib/nats": [...STORY, "lib/report"],
  nodes: [PROTOCOL, "lib/algorithms"],
  tasks: [...STORY, "lib/report", "lib/nats", "lib/playground", "lib/std", "nodes"],
};

/** Every room that a test may import from, beside tests' own: all of them but the commands. */
const TESTED = Object.keys(LAYERS).filter((room) => room !== "tasks" && room !== "lib/std");

/** Modules whose exports are for others than this project: the entry points of the package. */
const FACES: readonly string[] = Object.values(config.exports).map((path) => path.slice(2));

/** Rooms that run wherever there are web globals, and the one module that adapts them. */
const PORTABLE = ["lib/algorithms", "lib/checkers", "lib/history", "lib/simulator"];
const PLATFORM = "lib/simulator/platform.ts";

/** Where nanoseconds are defined. */
const UNITS = "lib/history/operations.ts";

const MAX_FUNCTION_LINES = 70;

/** Finds every breach of the rules. The modules must be all of the project's. */
export function findBreaches(modules: readonly Module[]): Breach[] {
  return [
    ...modules.flatMap(findUpwardImports),
    ...findCircles(modules),
    ...findUnusedExports(modules),
    ...modules.flatMap(findLongFunctions),
    ...modules.flatMap(findPlatformUses),
    ...modules.flatMap(findBareNanoseconds),
  ];
}

/** The folder of lib/, or the folder at the top, that a module is in. */
function roomOf(path: string): string {
  const [top = "", folder = ""] = path.split("/");
  return top === "lib" && path.split("/").length > 2 ? `${top}/${folder}` : top;
}

/** Tests, and what only they need: fixtures, test data, and helpers in a folder of their own. */
function isForTests(path: string): boolean {
  return /(_test|_fixture)\.ts$|\/testdata\/|^(nodes|tasks)\/testing\//.test(path) ||
    path === "lib/testing/process.ts";
}

function isOfProject({ from }: { readonly from: string }): boolean {
  return /^(lib|nodes|tasks)\//.test(from);
}

function findUpwardImports({ path, imports }: Module): Breach[] {
  const room = roomOf(path);
  const below = [...(isForTests(path) ? TESTED : LAYERS[room] ?? []), room];
  return imports
    .filter((one) => isOfProject(one) && !below.includes(roomOf(one.from)))
    .map(({ from, line }) => `${path}:${line}: ${room} imports ${from}, which is not below it`);
}

/** Follows imports depth first; one that leads back to a module on the way closes a circle. */
function findCircles(modules: readonly Module[]): Breach[] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const done = new Set<string>();
  const circles: Breach[] = [];
  const follow = (path: string, way: readonly string[]) => {
    if (way.includes(path)) {
      const circle = [...way.slice(way.indexOf(path)), path];
      circles.push(`${way.at(-1)}: closes a circle of imports: ${circle.join(" → ")}`);
      return;
    }
    if (done.has(path)) return;
    const targets = new Set(byPath.get(path)?.imports.map(({ from }) => from));
    for (const target of targets) follow(target, [...way, path]);
    done.add(path);
  };
  for (const { path } of modules) follow(path, []);
  return circles;
}

function findUnusedExports(modules: readonly Module[]): Breach[] {
  const imports = modules.flatMap(({ path, imports }) =>
    imports.map((one) => ({ by: path, ...one }))
  );
  const importsOf = Map.groupBy(imports, ({ from }) => from);
  const usersOf = (path: string, name: string): string[] =>
    (importsOf.get(path) ?? [])
      .filter((one) => one.name === name || one.name === "*")
      .flatMap(({ by, exportedAs }) => {
        if (exportedAs === undefined || FACES.includes(by)) return by;
        return usersOf(by, exportedAs === "*" ? name : exportedAs);
      });
  return modules.filter(({ path }) => roomOf(path) !== "lib/std").flatMap(({ path, exports }) =>
    exports.filter(({ name }) => !isFace(path, name)).flatMap(({ name, line, isType }) => {
      const users = usersOf(path, name);
      if (users.length === 0) return `${path}:${line}: exports ${name}, which nobody imports`;
      // A test may name the types of what it calls.
      const isUsed = isType || isForTests(path) || !users.every(isForTests);
      return isUsed ? [] : `${path}:${line}: exports ${name}, which only tests import`;
    })
  );
}

/**
 * Whether an export is a way in from outside: a command, the index of the faulty nodes, or what an
 * import map puts in the place of another module.
 */
function isFace(path: string, name: string): boolean {
  if (/^tasks\/[^/]+\.ts$/.test(path)) return name === "main";
  if (path.startsWith("lib/playground/stand_ins/")) return true;
  return FACES.includes(path) || path === "nodes/faulty/mod.ts";
}

function findLongFunctions({ path, functions }: Module): Breach[] {
  return functions
    .filter(({ lines }) => lines > MAX_FUNCTION_LINES)
    .map(({ line, lines }) => `${path}:${line}: a function of ${lines} lines`);
}

function findPlatformUses({ path, platform }: Module): Breach[] {
  if (!PORTABLE.includes(roomOf(path)) || path === PLATFORM || isForTests(path)) return [];
  return platform.map(({ name, line }) =>
    `${path}:${line}: uses ${name}, which not all platforms have`
  );
}

function findBareNanoseconds({ path, numbers }: Module): Breach[] {
  if (path === UNITS) return [];
  return numbers
    .filter(isNanoseconds)
    .map(({ value, line }) =>
      `${path}:${line}: writes ${value} where NS_PER_MS or NS_PER_S belongs`
    );
}

/** Whether a number seems to convert to nanoseconds or back, or to be a round time in them. */
function isNanoseconds({ value, name, isFactor }: NumberSpot): boolean {
  if (/Ns$|^NS_|_NS$/.test(name)) return value >= NS_PER_MS && value % NS_PER_MS === 0;
  return isFactor && (value === NS_PER_MS || value === NS_PER_S);
}
