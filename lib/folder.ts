/**
 * Where a node keeps its journal when it runs as a process: in a folder of the machine.
 *
 * The environment variable `GLOMERS_RUN_DIR` names the folder of a run; a node's files are in
 * `journal/` in it. It is a variable and not an argument because nodes inherit it whoever starts
 * them, programs that know nothing of it are not disturbed, and a shebang can name it where it
 * grants permissions, so a node may touch that folder and nothing else:
 *
 *     #!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR \
 *       --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
 *
 * (on one line). Where the variable is not set, this grants `/journal`, which nobody opens.
 *
 * The permission ends at that folder, so a node cannot sync the one above, which holds the folder's
 * own name. File systems that write a log (ext4, XFS, Btrfs) bring it to stable storage with the
 * first sync inside.
 *
 * @module
 */
import type { Disk, DiskFile } from "./disk.ts";
import { reasonOf } from "./message.ts";

/** The environment variable. */
export const RUN_FOLDER = "GLOMERS_RUN_DIR";

/**
 * Opens the folder that the environment names, for one node. Resolves to `undefined` if it names
 * none, or if the process may not know; never asks for a permission.
 *
 * @throws {Error} if the folder cannot be used, or another process runs the same node in it.
 */
export async function openRunFolder(id: string): Promise<Disk | undefined> {
  const { state } = Deno.permissions.querySync({ name: "env", variable: RUN_FOLDER });
  const path = journalFolderOf(state === "granted" ? Deno.env.get(RUN_FOLDER) : undefined);
  if (path === undefined) return undefined;
  for (const name of ["read", "write"] as const) {
    if (Deno.permissions.querySync({ name, path }).state === "granted") continue;
    throw new Error(
      `${RUN_FOLDER} is set, but this process may not ${name} ${path}: run it with ` +
        `--allow-${name}=${path}, or without the variable`,
    );
  }
  if (!await lock(path, id)) throw inUse(path, id);
  return new Folder(path);
}

/**
 * Where journals are in the folder of a run; `undefined` if there is no such folder.
 *
 * @throws {Error} if the run's folder is none that can be used.
 */
export function journalFolderOf(run: string | undefined): string | undefined {
  if (run === undefined || run === "") return undefined;
  if (!run.startsWith("/") || run.includes(",")) { // at which Deno would cut the permission in two
    const wanted = "an absolute path without commas";
    throw new Error(`${RUN_FOLDER} must be ${wanted}, got ${JSON.stringify(run)}`);
  }
  return `${run}/journal`;
}

/** The locks that this process has: a node that could not start may be asked to once more. */
const locks = new Set<string>();

/**
 * Takes a node's lock; returns whether it could, which it cannot while another process holds it. The
 * system lets go of it at the end of the process, however that comes.
 */
async function lock(path: string, id: string): Promise<boolean> {
  const name = `${path}/${id}.lock`;
  try {
    await Deno.mkdir(path, { recursive: true });
    const isOurs = locks.has(name) ||
      await (await Deno.open(name, { create: true, write: true })).tryLock(true);
    if (isOurs) locks.add(name);
    return isOurs;
  } catch (error) {
    throw unusable(path, error);
  }
}

/** Says why a folder cannot be used. */
export function unusable(path: string, error: unknown): Error {
  return new Error(
    `${path} cannot be used: ${reasonOf(error)}. Make it writable, or name another folder in ` +
      RUN_FOLDER,
  );
}

/** Says that another process has the journal of a node. */
export function inUse(path: string, id: string): Error {
  return new Error(
    `another process runs ${id} in ${path}: give each run a folder of its own in ${RUN_FOLDER}`,
  );
}

class Folder implements Disk {
  constructor(readonly path: string) {}

  async read(name: string): Promise<Uint8Array | undefined> {
    try {
      await this.#sync(name);
      await this.sync(); // for its name
      return await Deno.readFile(this.#locate(name));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  async create(name: string): Promise<DiskFile> {
    const options = { write: true, create: true, truncate: true };
    return new FolderFile(await Deno.open(this.#locate(name), options));
  }

  rename(from: string, to: string): Promise<void> {
    return Deno.rename(this.#locate(from), this.#locate(to));
  }

  sync(): Promise<void> {
    return this.#sync(".");
  }

  async #sync(name: string): Promise<void> {
    const file = await Deno.open(this.#locate(name)); // no `using`: this is read on Node.js 20, too
    try {
      await file.sync();
    } finally {
      file.close();
    }
  }

  #locate(name: string): string {
    return `${this.path}/${name}`;
  }
}

class FolderFile implements DiskFile {
  readonly #file: Deno.FsFile;

  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length;) {
      from += await this.#file.write(bytes.subarray(from));
    }
  }

  sync(): Promise<void> {
    return this.#file.syncData();
  }

  close(): void {
    this.#file.close();
  }
}
