/**
 * What programs import: a fresh instance of each module per incarnation, and nothing of the real
 * world.
 *
 * No source text is read for this. Each import is judged when it is resolved, whatever the way in
 * which its specifier came about; the modules of a program are those that its own modules import.
 *
 * @module
 */
import { importProblem, resolveImports } from "./platform.ts";

/** The folder of the protocol modules, which programs share: these keep no state. */
const PROTOCOL = new URL("../", import.meta.url).href;

/** The modules of programs, by their URLs without queries. */
const programs = new Set<string>();

/** How many programs are being loaded. */
let loading = 0;

/** What the programs being loaded import, by URL. */
const imported = new Set<string>();

/** The first import that was refused while programs are being loaded. */
let refused: Error | undefined;

/** Told of imports while no program is being loaded; throws to refuse one. */
let watcher: ((specifier: string) => void) | undefined;

let isResolving = false;

function startResolving(): void {
  if (isResolving) return;
  isResolving = true;
  resolveImports((specifier, parent, standard) => {
    if (loading === 0) watcher?.(specifier);
    const [file = "", query] = parent.split("?");
    return programs.has(file) ? resolveFor(file, query, specifier, standard()) : standard();
  });
}

/** Resolves an import of a program's module. */
function resolveFor(
  file: string,
  query: string | undefined,
  specifier: string,
  url: string,
): string {
  const problem = importProblem(url);
  if (problem !== undefined) {
    const text = `${file} imports ${specifier}, which a simulation cannot own: ${problem}`;
    throw refused ??= new Error(text);
  }
  if (isProtocol(url)) return url;
  const [module = ""] = url.split("?");
  programs.add(module);
  const isFresh = query !== undefined && url === module && url.startsWith("file:");
  const resolved = isFresh ? `${url}?${query}` : url;
  imported.add(resolved);
  return resolved;
}

function isProtocol(url: string): boolean {
  return url.startsWith(PROTOCOL) && !url.slice(PROTOCOL.length).includes("/");
}

/**
 * Imports the module of a program.
 *
 * @param url Its query, if it has one, is also that of the modules that it imports: a query that was
 * not used before gives fresh instances of all of them.
 * @throws {Error} if one of its modules imports what no simulation can own.
 */
export async function importProgram(url: string): Promise<{ default?: unknown }> {
  startResolving();
  const [file = ""] = url.split("?");
  programs.add(file);
  loading++;
  try {
    const module: { default?: unknown } = await import(url);
    // Also what the program does not wait for: else it would be there at another time in every run.
    for (const each of imported) await import(each).catch(() => {});
    // Deno drops what a hook throws, unless the import is a dynamic one.
    if (refused !== undefined) throw refused;
    return module;
  } catch (error) {
    throw refused ?? error;
  } finally {
    if (--loading === 0) {
      refused = undefined;
      imported.clear();
    }
  }
}

/**
 * Has each import judged that is made while no program is being loaded.
 *
 * @param judge Throws to refuse the import.
 * @returns Ends that.
 */
export function watchImports(judge: (specifier: string) => void): () => void {
  startResolving();
  watcher = judge;
  return () => watcher = undefined;
}
