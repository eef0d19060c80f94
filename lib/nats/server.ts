/**
 * Which NATS server, and as whom: the options of every command that takes `--on`. Nothing here loads
 * the client.
 *
 * @module
 */
import { type Options, text, UsageError, type Values } from "../workbench/option.ts";

const DEFAULT_PORT = 4222;

/** A server's address: the scheme, the host, and the port where there is one. */
const ADDRESS = /^(nats|tls):\/\/([\w.-]+|\[[\da-f:.]+\])(?::(\d{1,5}))?\/?$/i;

/** The options that say which server, and as whom. */
export const SERVER_OPTIONS = {
  on: { kind: text, value: "nats://HOST", help: "a NATS server; tls://HOST encrypts" },
  creds: {
    kind: text,
    value: "FILE",
    help: "credentials for it: a .creds file, an nkey's seed, a line USER:PASSWORD, or a token",
  },
  tlsca: { kind: text, value: "FILE", help: "the authority that signed its certificate, as PEM" },
  tlscert: { kind: text, value: "FILE", help: "a client's certificate, if it asks for one" },
  tlskey: { kind: text, value: "FILE", help: "that certificate's key" },
} as const satisfies Options;

/** A server, and the files that say as whom. */
export interface Server {
  /** `nats://HOST:PORT`, or `tls://HOST:PORT`. */
  readonly address: string;
  readonly isEncrypted: boolean;
  readonly creds?: string;
  readonly tlsca?: string;
  readonly tlscert?: string;
  readonly tlskey?: string;
}

/**
 * The server that options name; nothing if they name none.
 *
 * @throws {UsageError} if they make no sense. It does not repeat the address, which may hold a
 * password.
 */
export function serverOf(own: Values<typeof SERVER_OPTIONS>): Server | undefined {
  const { on, ...files } = own;
  const given = Object.entries(files).filter(([name, file]) =>
    name in SERVER_OPTIONS && file !== undefined
  );
  if (on === undefined) {
    const [name] = given[0] ?? [];
    if (name !== undefined) throw new UsageError(`--${name} has no use without --on`);
    return undefined;
  }
  if (on.includes("@")) {
    throw new UsageError(
      "--on takes an address alone: user and password go to a file, for --creds",
    );
  }
  const [, scheme = "", host = "", port = DEFAULT_PORT] = ADDRESS.exec(on) ?? [];
  if (host === "") throw new UsageError(`--on must be nats://HOST[:PORT] or tls://…, got "${on}"`);
  if ((own.tlscert === undefined) !== (own.tlskey === undefined)) {
    throw new UsageError("--tlscert and --tlskey go together");
  }
  const isTls = scheme.toLowerCase() === "tls";
  if (!isTls && given.some(([name]) => name.startsWith("tls"))) {
    throw new UsageError("--tlsca, --tlscert and --tlskey need an address with tls://");
  }
  return {
    address: `${isTls ? "tls" : "nats"}://${host}:${port}`,
    isEncrypted: isTls,
    ...Object.fromEntries(given),
  };
}

/** A NATS server does not do what is asked of it. The message says what, and the address. */
export class NatsError extends Error {
  override readonly name = "NatsError";
}
