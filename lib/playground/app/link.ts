/**
 * Code in the address of a page: compressed, and in the part after `#`, which no server ever sees.
 *
 * @module
 */

/** What a link holds. */
export interface Shared {
  readonly code: string;
  /** The options that were chosen, by the ids of their inputs. */
  readonly form?: Readonly<Record<string, string>>;
  /** The workload that the code is for. */
  readonly workload?: string;
}

/** A version that is not known is no link of ours. */
const PREFIX = "#v1.";
/** Bytes of JSON. What a link claims to hold beyond that is not unpacked. */
const MOST_BYTES = 400_000;

/** Packs code: JSON, deflate, base64 as addresses have it. */
export async function packLink(shared: Shared): Promise<string> {
  const stream = new Blob([JSON.stringify(shared)]).stream()
    .pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return PREFIX + btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Unpacks what {@linkcode packLink} packed; nothing if it is no such text, or holds too much. */
export async function unpackLink(hash: string): Promise<Shared | undefined> {
  if (!hash.startsWith(PREFIX)) return undefined;
  try {
    const base64 = hash.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/");
    const packed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const value: unknown = JSON.parse(await inflate(packed));
    return isShared(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function inflate(packed: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = stream.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.length;
    if (bytes > MOST_BYTES) {
      await reader.cancel();
      throw new RangeError("the link holds too much");
    }
    parts.push(part.value);
  }
  return await new Blob(parts).text();
}

function isShared(value: unknown): value is Shared {
  if (typeof value !== "object" || value === null || !("code" in value)) return false;
  const hasForm = !("form" in value) || isRecord(value.form);
  const hasWorkload = !("workload" in value) || typeof value.workload === "string";
  return typeof value.code === "string" && hasForm && hasWorkload;
}

function isRecord(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === "object" && value !== null &&
    Object.values(value).every((one) => typeof one === "string");
}
