/**
 * Everything a node's program needs: {@linkcode Node}, {@linkcode serve}, the descriptions of
 * Maelstrom's RPCs and services, {@linkcode Kv}, and the means to describe RPCs of its own.
 *
 * ```ts
 * import { Echo, type Node, serve } from "@glomers/maelstrom";
 *
 * export default function echo(node: Node): void {
 *   node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
 * }
 *
 * if (import.meta.main) await serve(echo);
 * ```
 *
 * A program is a function that registers handlers. It keeps time with the ordinary globals
 * (`setTimeout`, `Date.now`, …), so it runs unchanged in a simulator that owns them.
 *
 * @module
 */
export { type Disk, type DiskFile, type OpenDisk } from "./disk.ts";
export { type Journal, type JournalOptions } from "./journal.ts";
export * from "./kv.ts";
export {
  type Body,
  ErrorCode,
  type Json,
  type Message,
  type RawNumber,
  RpcError,
} from "./message.ts";
export * from "./node.ts";
export {
  array,
  boolean,
  type Fields,
  integer,
  json,
  nullable,
  object,
  type Of,
  oneOf,
  type OneWay,
  oneWay,
  optional,
  type OptionalKeys,
  record,
  type ReplyOf,
  type Rpc,
  rpc,
  type RpcOf,
  type Shape,
  type Shapes,
  string,
  tuple,
} from "./rpc.ts";
export { serve } from "./serve.ts";
export * from "./workloads.ts";
