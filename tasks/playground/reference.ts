/**
 * Makes the playground's reference from the declarations of the library and their comments, as
 * `deno doc` finds them.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import {
  type Entry,
  type Field,
  readFields,
  type Reference,
  splitOutside,
  type Topic,
} from "../../lib/playground/reference.ts";

const ROOT = new URL("../../", import.meta.url);
const SOURCES = ["lib/mod.ts", "lib/algorithms/raft/replicated.ts", "lib/std/async/delay.ts"];

/** What `deno doc` says of a declaration, or of a part of one; as much of it as is read here. */
interface Documented {
  readonly name: string;
  readonly kind?: string;
  readonly location?: { readonly filename: string; readonly byteIndex: number };
  readonly jsDoc?: { readonly doc?: string; readonly tags?: readonly Tag[] };
}

interface Tag {
  readonly kind: string;
  readonly name?: string;
  readonly doc?: string;
  readonly tsType?: { readonly repr: string };
}

interface Declaration extends Omit<Documented, "name"> {
  readonly def: {
    readonly constructors?: readonly Documented[];
    readonly properties?: readonly Documented[];
    readonly methods?: readonly Documented[];
    readonly tsType?: { readonly value?: { readonly properties?: readonly Documented[] } };
  };
}

interface Documentation {
  readonly nodes: Readonly<
    Record<string, {
      readonly symbols: readonly {
        readonly name: string;
        readonly declarations: readonly Declaration[];
      }[];
    }>
  >;
}

/** What is told of, in this order. A name stands for the members of what is called so. */
const TOPICS: readonly (Pick<Topic, "title" | "object"> & { readonly of: string })[] = [
  { title: "The node", object: "node", of: "Node" },
  { title: "The envelope, a handler’s second argument", object: "message", of: "Message" },
  { title: "The body of an envelope", object: "body", of: "Body" },
  { title: "Options of node.rpc", of: "RpcOptions" },
  { title: "A key-value store", object: "store", of: "Kv" },
  { title: "Options of store.cas", of: "CasOptions" },
  { title: "Options of store.update", of: "UpdateOptions" },
  { title: "A journal", object: "journal", of: "Journal" },
  { title: "Options of node.journal", of: "JournalOptions" },
  { title: "A disk, for what is no journal", object: "disk", of: "Disk" },
  { title: "A file on a disk", object: "file", of: "DiskFile" },
  { title: "Errors", object: "error", of: "RpcError" },
  { title: "Codes of errors", object: "ErrorCode", of: "ErrorCode" },
  { title: "A replicated state machine", object: "raft", of: "Replicated" },
  { title: "What new Replicated takes", of: "Machine" },
  { title: "Options of new Replicated", of: "ReplicatedOptions" },
];
/** Messages of one workload, or of a service. */
const MESSAGES = [
  ...["Echo", "UniqueIds", "Broadcast", "Counter", "GSet", "Kafka", "LinKv", "TxnRwRegister"],
  ...["TxnListAppend", "KvService", "TsoService"],
];
const FUNCTIONS = ["rpc", "oneWay", "timestamp", "delay"];
const SHAPES = [
  ...["integer", "string", "boolean", "json", "array", "record", "object", "tuple", "oneOf"],
  ...["nullable", "optional", "listOp"],
];
const TYPES = ["Program", "Fields", "Json", "RegisterOp", "ListOp", "Store", "Value"];
/** What transports and engines call, and programs do not. */
const NOT_FOR_PROGRAMS = ["receive", "stored"];

/** What programs need most, and so first. */
const FIRST = ["on", "send", "rpc"];

function rankOf({ name, kind }: Documented): number {
  const rank = FIRST.indexOf(name);
  return rank >= 0 ? rank : FIRST.length + (kind === "getter" ? 1 : 0);
}

/** Makes the reference. */
export async function makeReference(): Promise<Reference> {
  const declarations = await document();
  const members = ({ title, object, of }: (typeof TOPICS)[number]): Topic => {
    const one = declarations.get(of);
    if (one === undefined) throw new Error(`the library declares no ${of}`);
    const entries = [
      ...(one.def.constructors ?? []).map((made) => constructorOf(of, one, made)),
      ...[...one.def.methods ?? [], ...one.def.properties ?? [], ...literalOf(one)]
        .filter(({ name }) => !NOT_FOR_PROGRAMS.includes(name))
        .sort((a, b) => rankOf(a) - rankOf(b))
        .map((part) => entryOf(part, signatureOf(part))),
    ].filter(({ name }) => name !== "new Node");
    return { title, type: of, ...(object && { object }), doc: docOf(one), entries };
  };
  const named = (title: string, doc: string, names: readonly string[]): Topic => ({
    title,
    doc,
    entries: names.map((name) => {
      const one = declarations.get(name);
      if (one === undefined) throw new Error(`the library declares no ${name}`);
      return entryOf({ name, ...one }, signatureOf({ name, ...one }));
    }),
  });
  const [node, ...rest] = TOPICS.map(members);
  if (node === undefined) throw new Error("there are no topics");
  return [
    node,
    ...MESSAGES.map((name) => messagesOf(name, declarations.get(name))),
    named("Messages of your own, and other functions", "", FUNCTIONS),
    named("Shapes of fields", "What the fields of a message of your own look like.", SHAPES),
    ...rest,
    named("Types", "", TYPES),
  ];
}

async function document(): Promise<ReadonlyMap<string, Declaration>> {
  const { success, stdout, stderr } = await new Deno.Command("deno", {
    args: ["doc", "--json", ...SOURCES],
    cwd: fileURLToPath(ROOT),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`deno doc failed: ${new TextDecoder().decode(stderr)}`);
  const { nodes }: Documentation = JSON.parse(new TextDecoder().decode(stdout));
  return new Map(
    Object.values(nodes).flatMap(({ symbols }) =>
      symbols.flatMap(({ name, declarations: [one] }) => one === undefined ? [] : [[name, one]])
    ),
  );
}

function literalOf({ def: { tsType } }: Declaration): readonly Documented[] {
  return tsType?.value?.properties ?? [];
}

function constructorOf(name: string, { location }: Declaration, made: Documented): Entry {
  const source = sourceFrom(location);
  const signature = declarationIn(source.slice(source.indexOf("\n  constructor(") + 3));
  const text = simplify(signature.replace("constructor", `new ${name}`));
  return { ...entryOf(made, text), name: `new ${name}` };
}

/** The messages of a workload, each as what is asked and what is answered. */
function messagesOf(name: string, one: Declaration | undefined): Topic {
  if (one === undefined) throw new Error(`the library declares no ${name}`);
  const entries = literalOf(one).map((part): Entry => {
    const { request, reply } = readRpc(declarationIn(sourceFrom(part.location)));
    const print = (fields: readonly Field[]) =>
      fields.length === 0
        ? "{}"
        : `{ ${fields.map(({ name, type }) => `${name}: ${type}`).join("; ")} }`;
    const signature = `${part.name} ${print(request)} → ${part.name}_ok ${print(reply)}`;
    return { ...entryOf(part, signature), request, reply };
  });
  return { title: `Messages: ${name}`, type: name, object: name, doc: docOf(one), entries };
}

/** Takes apart `read: RpcOf<"read", { key: Json }, { value: Json }>`. */
function readRpc(declaration: string): { request: Field[]; reply: Field[] } {
  const [, inner = ""] = /^.*?: RpcO?f?<(.*)>$/s.exec(declaration) ?? [];
  const [, request = "", reply = ""] = splitOutside(inner, ",").map((part) =>
    part
      .replace(/^Shapes<(.*)>$/s, "$1")
      .replace(/^Shapes<\{ (.*) \}> & \{ (.*) \}$/s, "{ $1; $2 }")
      .replaceAll(/(\w+): Shape<(\w+)> & \{ readonly optional: true \}/g, "$1?: $2")
  );
  return { request: readFields(request), reply: readFields(reply) };
}

function entryOf(one: Documented, signature: string): Entry {
  const details = (one.jsDoc?.tags ?? []).flatMap(({ kind, name, doc = "", tsType }) => {
    const text = plain(doc);
    if (kind === "param") return [`${name}: ${text}`];
    if (kind === "return") return [`Returns ${text[0]?.toLowerCase() ?? ""}${text.slice(1)}`];
    return kind === "throws" ? [`Throws ${tsType?.repr ?? "an error"} ${text}`] : [];
  });
  return { name: one.name, signature, doc: docOf(one), details };
}

function docOf({ jsDoc }: Pick<Documented, "jsDoc">): string {
  return plain((jsDoc?.doc ?? "").split("```")[0] ?? "");
}

/** Links as their words, lines joined, paragraphs kept. */
function plain(doc: string): string {
  return doc.replaceAll(/\{@link(?:code)? ([^}]*)\}/g, "$1").replaceAll("**", "")
    .replaceAll("`", "").trim()
    .split(/\n\s*\n/).map((part) => part.replaceAll(/\s*\n\s*/g, " ")).join("\n\n");
}

/** Sources by their addresses. */
const sources = new Map<string, Uint8Array>();

function sourceFrom(location: Documented["location"]): string {
  if (location === undefined) return "";
  const { filename, byteIndex } = location;
  const source = sources.get(filename) ?? Deno.readFileSync(new URL(filename));
  sources.set(filename, source);
  return new TextDecoder().decode(source.subarray(byteIndex));
}

/** The declaration that a source begins with, without its body or value, on one line. */
function declarationIn(source: string): string {
  let depth = 0;
  for (let at = 0; at < source.length; at++) {
    const one = source[at] ?? "";
    const isBody = one === "{" && depth === 0 && /\)(?:: [^{]*)?\s$/s.test(source.slice(0, at));
    if (isBody || (";,".includes(one) && depth === 0)) return oneLine(source.slice(0, at));
    if ("([{<".includes(one)) depth++;
    else if (")]}>".includes(one) && source[at - 1] !== "=" && --depth < 0) {
      return oneLine(source.slice(0, at)); // of what holds it
    }
  }
  return oneLine(source);
}

function oneLine(text: string): string {
  return text.replaceAll(/\/\*\*.*?\*\/|\/\/.*$/gms, "").replaceAll(/\s+/g, " ").trim()
    .replaceAll("( ", "(").replaceAll(/,? \)/g, ")").replaceAll("< ", "<").replaceAll(/,? >/g, ">");
}

function signatureOf(one: Documented): string {
  const source = declarationIn(sourceFrom(one.location))
    .replace(/^(?:export |declare |async |readonly |override |const |function |get |type )+/, "");
  return simplify(one.kind === "getter" ? source.replace("()", "") : source);
}

/** Without what only compilers need: type parameters, and values of constants and defaults. */
function simplify(signature: string): string {
  const [, name = "", parameters, rest = ""] = /^((?:new )?\w+)<(.*?)>(\(.*)$/s.exec(signature) ??
    [];
  let text = parameters === undefined ? signature : name + rest;
  for (const parameter of splitOutside(parameters ?? "", ",")) {
    const [, one = "", constraint] = /^(\w+)(?: extends ([^=]+))?/.exec(parameter) ?? [];
    if (constraint === undefined) continue;
    // An RPC is a message too, but one that replies: whoever handles one wants to know.
    const kind = text.includes(`Handler<${one}>`)
      ? `Rpc | ${constraint.trim()}`
      : constraint.trim();
    const [, carrier = one] = new RegExp(`(\\w+): ${one}\\b`).exec(text) ?? [];
    text = text
      .replaceAll(`Of<${one}["request"]>`, `{ fields of ${carrier} }`)
      .replaceAll(`ReplyOf<${one}>`, `{ reply to ${carrier} }`)
      .replaceAll(`Handler<${one}>`, "(fields, envelope: Message) => { reply }")
      .replaceAll(`Of<${one}>`, `{ ${carrier} }`)
      .replaceAll(/\{ \[I in keyof T\]: Shape<T\[I\]> \}/g, "Shape[]")
      .replaceAll(new RegExp(`\\b${one}\\b(?!:)`, "g"), kind);
  }
  return text
    .replaceAll(/\b(Rpc|OneWay|JournalOptions|Journal|Machine)<[^()]*?>(?=[,)]|$)/g, "$1")
    .replaceAll(/\{ \w+ = [^}]*\}: (\w+) = \{\}/g, "options?: $1")
    .replaceAll(/(\w+)(: [^,()=]+) = (?:\{\}|\w+\([^)]*\)|[\w"]+)(?=[,)])/g, "$1?$2")
    .replace(/ = (?:leaf\(|\{).*$/s, "").replace(/ = \| /, " = ").replace(/ &$/, "");
}
