/**
 * What carries a served node's messages: standard input and output, or what `--on ADDRESS` names.
 *
 * The scheme of the address decides on the module: its default export opens the link. The module is
 * loaded by a name that is computed, so a node that is served on standard input and output neither
 * loads nor resolves it, and this folder depends on no client of any server. Deno asks a permission
 * for that: `--allow-read` of this library's folder.
 *
 * @module
 */
import { type Message, reasonOf } from "./message.ts";

/** Takes a message. */
export type Receive = (message: Message) => void;

/** Carries the messages of one node. */
export interface Link {
  /** The arguments that are the program's own. */
  readonly args: readonly string[];
  /** Sends a message, now or soon. An error thrown here reaches the sender. */
  send(message: Message): void;
  /** Hands over every message that comes; resolves when there will be no more. */
  run(receive: Receive): Promise<void>;
  /** Resolves when all that was sent is out. */
  flushed(): Promise<void>;
}

/** What a link is opened with. */
export interface LinkOptions {
  /** The process's arguments. */
  readonly args: readonly string[];
  /** Writes to the node's log. */
  readonly log: (text: string) => void;
  /** Ends the process, as the node can do nothing more: why, in a sentence. */
  readonly fail: (why: string) => never;
  /** Called whenever messages come, before they are handed over: the node runs (`stalls.ts`). */
  readonly beat: () => void;
}

/** Opens a link: the default export of a module that an address names. */
type OpenLink = (options: LinkOptions) => Promise<Link>;

/** Modules by the schemes of the addresses that they understand. */
const MODULES: ReadonlyMap<string, string> = new Map([
  ["nats", "./nats/transport.ts"],
  ["tls", "./nats/transport.ts"],
]);

/**
 * The opener for the address behind `--on`; `undefined` if there is no address that is known.
 *
 * @throws {Error} if its module cannot be loaded.
 */
export async function findOpener(args: readonly string[]): Promise<OpenLink | undefined> {
  const given = args.find((arg, i) => args[i - 1] === "--on" || arg.startsWith("--on=")) ?? "";
  const [scheme = ""] = given.replace(/^--on=/, "").split("://");
  const path = MODULES.get(scheme.toLowerCase());
  if (path === undefined) return undefined;
  const { href } = new URL(path, import.meta.url);
  try {
    const { default: open }: { default: OpenLink } = await import(href);
    return open;
  } catch (error) {
    throw new Error(`cannot load what --on ${scheme}://… needs: ${reasonOf(error)}`);
  }
}
