/**
 * Which files make up a program, so that it is the same on two machines: its own, and, of a program
 * in JavaScript or TypeScript, those that it imports, the modules of this library included. Deno
 * finds them without running any.
 *
 * @module
 */
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** A file: its path from the program's folder, and the SHA-256 of what it holds, in hexadecimal. */
type FileHash = readonly [path: string, hash: string];

/** The files of a program. The first one is its own. */
export async function filesOf(program: string): Promise<FileHash[]> {
  const own = await Deno.realPath(program);
  const imported = /\.[cm]?[jt]sx?$/.test(own) ? await findImported(own) : [];
  const paths = [...new Set([own, ...imported.sort()])];
  const folder = dirname(own);
  return await Promise.all(paths.map(async (path): Promise<FileHash> => {
    return [relative(folder, path), await hashOf(path)];
  }));
}

/**
 * The first file that is not there, or differs; nothing if all are the same.
 *
 * @param program The file of the program here, resolved.
 */
export async function findDifference(
  program: string,
  files: readonly (readonly string[])[],
): Promise<string | undefined> {
  for (const [i, [path = "", hash = ""]] of files.entries()) {
    const file = i === 0 ? program : join(dirname(program), path);
    const what = i === 0 ? file : `${file}, which it imports,`;
    const own = await hashOf(file).catch(() => undefined);
    if (own === undefined) {
      return i === 0 ? `${file} cannot be read` : `there is no file ${file}, which it imports`;
    }
    if (own === hash) continue;
    const [theirs, ours] = [hash, own].map((digits) => digits.slice(0, 12));
    return `${what} differs from the workbench's file: SHA-256 ${ours}…, not ${theirs}…`;
  }
  return undefined;
}

async function hashOf(file: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(file));
  return new Uint8Array(digest).toHex();
}

/** The files in a program's module graph. What is no program of Deno's has none. */
async function findImported(program: string): Promise<string[]> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", program],
    cwd: dirname(program), // where Deno looks for the configuration
    stdin: "null",
    stderr: "null",
  }).output();
  if (!success) return [];
  const { modules = [] }: { modules?: { specifier: string; error?: string }[] } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  return modules
    .filter(({ specifier, error }) => specifier.startsWith("file:") && error === undefined)
    .map(({ specifier }) => fileURLToPath(specifier));
}
