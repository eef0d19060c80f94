/**
 * What a journal needs of a disk: a few files, and to know when they are on stable storage.
 *
 * A folder of the machine is one (`folder.ts`); the simulator has others,
 * which lose what was not synced.
 *
 * @module
 */

/** Opens the disk of a node, by the node's id; resolves to `undefined` if it has none. */
export type OpenDisk = (id: string) => Promise<Disk | undefined>;

/** A folder of files. Any of its methods may reject, as when the disk is full. */
export interface Disk {
  /** Where it is, for messages to a person. */
  readonly path: string;
  /**
   * Resolves to all that a file holds, once that is on stable storage; to `undefined` if there is no
   * such file. What an earlier process wrote and did not sync can be read before a crash and be lost
   * in it: nobody may be shown that.
   */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Creates an empty file, in the place of any other of that name, and opens it for writing. */
  create(name: string): Promise<DiskFile>;
  /** Gives a file another name, in the place of any other file of that name, in one step. */
  rename(from: string, to: string): Promise<void>;
  /** Resolves when the names that files have now will outlast a crash. */
  sync(): Promise<void>;
}

/** A file open for writing. */
export interface DiskFile {
  /** Appends to the file. If it rejects, part of the bytes may have been written. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Resolves when everything written before the call will outlast a crash. If it rejects, some of
   * that may be lost, and a later sync does not say so: the system may have dropped it.
   */
  sync(): Promise<void>;
  /** Ends the writing. */
  close(): void;
}
