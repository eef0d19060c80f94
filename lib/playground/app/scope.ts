/**
 * What the names in a program stand for, as far as a look at its text tells: no compiler is here, and
 * whatever is not written in one of the usual forms stays unknown.
 *
 * @module
 */
import { nearest } from "../../workbench/option.ts";
import {
  type Entry,
  type Field,
  readFields,
  type Reference,
  splitOutside,
  type Topic,
} from "../reference.ts";

/** An entry, and how a program comes by it: `node.send`. */
export interface Known {
  readonly entry: Entry;
  /** What stands before its name; empty where nothing does. */
  readonly object: string;
}

/** What an expression could be completed by. */
interface Offer {
  /** How much of the text before the cursor is to be replaced. */
  readonly typed: string;
  readonly known: readonly Known[];
}

/** A handler: the message that it is for, and its parameters. */
interface Handler {
  readonly message: string;
  readonly parameters: readonly string[];
}

const MEMBER = /(?:\bthis\.)?(#?[\w$]+)\.(\w*)$/;
const HANDLER = /\.on\(\s*([\w.]+)\s*,\s*(?:async\s*)?(?:\(([^()]*)\)|(\w+))\s*(?::[^=]+)?=>/g;

/** What stands before the body of a function, or a block. */
const BODY = /(?:=>|\)(?::[^(){}]*)?)\s*$/;

/** How many names an error lists where none is near. */
const MOST_NAMES = 12;

export class Scope {
  readonly #reference: Reference;
  readonly #code: string;

  constructor(reference: Reference, code: string) {
    this.#reference = reference;
    this.#code = code;
  }

  /** What may come after a text that ends in a name that is being written. */
  offer(before: string): Offer | undefined {
    const quoted = this.#offerText(before);
    if (quoted !== undefined) return quoted;
    const member = MEMBER.exec(before);
    if (member !== null) {
      const [, object = "", typed = ""] = member;
      const topic = this.topicOf(object, before);
      return topic && { typed, known: topic.entries.filter(isMember).map(knownIn(object)) };
    }
    const [typed = ""] = /[\w$]*$/.exec(before) ?? [];
    const fields = this.#fieldsAt(before);
    return fields && { typed, known: fields.map(knownIn("")) };
  }

  /** All that the library exports, as names by themselves. */
  get exports(): Known[] {
    const names = new Map<string, Entry>();
    for (const { type, object, doc, entries } of this.#reference) {
      if (type === undefined) { for (const entry of entries) names.set(entry.name, entry); }
      const made = entries.find(({ name }) => name === `new ${type}`);
      const isExport = type !== undefined && (made !== undefined || object === type);
      const signature = made?.signature ?? type ?? "";
      if (isExport) names.set(type, { name: type, signature, doc, details: made?.details ?? [] });
    }
    return [...names.values()].map(knownIn(""));
  }

  /** The call whose arguments a text ends in. */
  callAt(before: string): Known | undefined {
    for (let at = openerIn(before); at !== undefined; at = openerIn(before.slice(0, at))) {
      const prior = before.slice(0, at);
      if (before[at] === "{" && BODY.test(prior)) return undefined;
      const called = before[at] === "(" ? this.called(prior) : undefined;
      if (called !== undefined) return called;
    }
    return undefined;
  }

  /** What a text ends with the name of: `store.cas`, `new Kv`, `oneWay`, `Broadcast.read`. */
  called(before: string): Known | undefined {
    const [, object, name = ""] = /(?:(?:\bthis\.)?(#?[\w$]+)\.)?([\w$]+)$/.exec(before) ?? [];
    if (object !== undefined) {
      const entry = this.topicOf(object, before)?.entries.find((one) => one.name === name);
      return entry && { entry, object };
    }
    const isMade = /\bnew \w+$/.test(before);
    const entry = this.#reference
      .filter(({ type, entries }) => isMade || type === undefined || entries.length === 0)
      .flatMap(({ entries }) => entries)
      .find((one) => one.name === (isMade ? `new ${name}` : name));
    return entry && { entry, object: "" };
  }

  /** What members a name has, at the end of a text. */
  topicOf(name: string, before: string): Topic | undefined {
    const parameter = this.#parameterNamed(name, before);
    if (parameter !== undefined) return parameter;
    const declared = this.#typeOf(name);
    if (declared !== undefined) return this.#topicOfType(declared);
    return this.#reference.find(({ type, object }) =>
      object === name && (object === type || object === "node")
    );
  }

  /** What an error in a program's words could mean: the name that is near, and what it takes. */
  explain(error: string): string | undefined {
    const [, object = "", member] = /([\w$#]+)\.([\w$]+) is not a function/.exec(error) ?? [];
    if (member !== undefined) return this.#explainMember(object, member);
    const [, name] = /\b([\w$]+) is not defined/.exec(error) ?? [];
    if (name !== undefined) return this.#explainName(name);
    const missing = /must be a description.* got undefined/.test(error)
      ? this.#explainMessage()
      : undefined;
    if (missing !== undefined) return missing;
    // The library's own complaints begin with the call.
    const [, call, ofStore] = /(?:^|: )(node\.\w+|new Kv|oneWay|rpc|Kv\.(\w+)): /.exec(error) ?? [];
    const known = ofStore === undefined ? this.called(call ?? "") : this.#ofStore(ofStore);
    return known && `it takes ${print(known)}`;
  }

  /** A method of a store, whatever the program calls it. */
  #ofStore(method: string): Known | undefined {
    const { object = "", entries = [] } = this.#topicOfType("Kv") ?? {};
    const entry = entries.find(({ name }) => name === method);
    return entry && { entry, object };
  }

  #explainMember(object: string, member: string): string | undefined {
    const topic = this.topicOf(object, this.#code);
    const members = topic?.entries.filter(isMember) ?? [];
    const names = members.map(({ name }) => name);
    if (names.length === 0) return undefined;
    const isThere = names.includes(member);
    const entry = members.find(({ name }) => name === (isThere ? member : nearest(member, names)));
    if (entry === undefined) {
      const some = names.slice(0, MOST_NAMES).join(", ");
      return `${object} has ${some}${names.length > MOST_NAMES ? ", …" : ""}`;
    }
    const known = print({ entry, object });
    return isThere ? `no function: ${known}` : `did you mean ${known}?`;
  }

  /** The first message in the code that its workload does not have. */
  #explainMessage(): string | undefined {
    for (const [all, object = "", member = ""] of this.#code.matchAll(/\b([A-Z]\w*)\.(\w+)/g)) {
      const topic = this.#reference.find(({ type }) => type === object);
      const isMessage = topic?.entries.some(({ request }) => request !== undefined);
      if (isMessage !== true || topic?.entries.some(({ name }) => name === member)) continue;
      return `there is no ${all}: ${this.#explainMember(object, member)}`;
    }
    return undefined;
  }

  #explainName(name: string): string | undefined {
    const { exports } = this;
    const names = exports.map(({ entry }) => entry.name);
    if (names.includes(name)) return `import { ${name} } from "@glomers/maelstrom"`;
    const near = nearest(name, names);
    const known = exports.find(({ entry }) => entry.name === near);
    return known && `did you mean ${print(known)}?`;
  }

  /** Texts that have to be one of a few: a store's name, the type of a reply. */
  #offerText(before: string): Offer | undefined {
    const [, store] = /new Kv\(\s*[\w.#]+,\s*"([\w-]*)$/.exec(before) ?? [];
    if (store !== undefined) {
      const { signature = "", doc = "" } = this.#entryNamed("Store") ?? {};
      const known = [...signature.matchAll(/"([\w-]+)"/g)].map(([, name = ""]) =>
        knownIn("")({ name, signature: `"${name}"`, doc, details: [] })
      );
      return { typed: store, known };
    }
    const [, type] = /\btype:\s*"(\w*)$/.exec(before) ?? [];
    const handler = type === undefined ? undefined : this.#handlerAt(before);
    const entry = handler && this.#messageNamed(handler.message);
    if (type === undefined || entry === undefined) return undefined;
    return { typed: type, known: [knownIn("")({ ...entry, name: `${entry.name}_ok` })] };
  }

  /** The fields of the object that a text ends in, where its next word is the name of one. */
  #fieldsAt(before: string): readonly Entry[] | undefined {
    const brace = openerIn(before);
    if (brace === undefined || before[brace] !== "{") return undefined;
    const last = splitOutside(`${before.slice(brace + 1)}.`, ",").at(-1) ?? "";
    if (!/^[\w$]*\.$/.test(last)) return undefined;
    const prior = before.slice(0, brace);
    if (BODY.test(prior)) return undefined;
    if (/(?:\breturn|=>\s*\()\s*$/.test(prior)) return this.#replyAt(before);
    const round = openerIn(prior);
    if (round === undefined || prior[round] !== "(") return undefined;
    const given = splitOutside(prior.slice(round + 1), ",");
    const call = prior.slice(0, round);
    if (/,\s*(?:async\s*)?$/.test(call)) return this.#parameterAt(call, given.length);
    const [, object = "", method = ""] = /(\w+)\.(\w+)$/.exec(call) ?? [];
    const isSent = /^(?:send|rpc)$/.test(method) && given.length === 2 &&
      this.topicOf(object, before)?.type === "Node";
    if (isSent) return fieldsOf(this.#messageNamed(given[1] ?? ""), "request");
    const { signature = "" } = this.called(call)?.entry ?? {};
    const parameters = signature.slice(signature.indexOf("(") + 1);
    const type = splitOutside(parameters.slice(0, closerIn(parameters)), ",")[given.length]
      ?.replace(/^\w+\??: /, "");
    return this.#topicOfType(type?.replace(/<.*/, ""))?.entries.filter(isMember);
  }

  /** What a handler may take out of its parameters. */
  #parameterAt(call: string, index: number): readonly Entry[] | undefined {
    const [, message] = /\.on\(\s*([\w.]+)\s*,\s*(?:async\s*)?$/.exec(call) ?? [];
    if (message === undefined) return undefined;
    return index === 0
      ? fieldsOf(this.#messageNamed(message), "request")
      : this.#topicOfType("Message")?.entries;
  }

  #replyAt(before: string): readonly Entry[] | undefined {
    const entry = this.#messageNamed(this.#handlerAt(before)?.message ?? "");
    if (entry?.reply === undefined) return undefined;
    const name = `type: "${entry.name}_ok"`;
    return [{ ...entry, name, signature: name }, ...fieldsOf(entry, "reply") ?? []];
  }

  #handlersBefore(before: string): Handler[] {
    return [...before.matchAll(HANDLER)].map(([, message = "", list, only = ""]) => ({
      message,
      parameters: list === undefined ? [only] : splitOutside(list, ","),
    }));
  }

  #handlerAt(before: string): Handler | undefined {
    return this.#handlersBefore(before).at(-1);
  }

  #parameterNamed(name: string, before: string): Topic | undefined {
    for (const { message, parameters } of this.#handlersBefore(before).toReversed()) {
      const index = parameters.findIndex((one) => one.replace(/\s*:.*$/s, "") === name);
      if (index > 0) return this.#topicOfType("Message");
      if (index < 0) continue;
      const entry = this.#messageNamed(message);
      if (entry === undefined) return undefined;
      const { doc, name: title } = entry;
      return { title, doc, entries: fieldsOf(entry, "request") ?? [] };
    }
    return undefined;
  }

  /** The type that a declaration gives a name. */
  #typeOf(name: string): string | undefined {
    const its = name.replaceAll(/[$#]/g, "\\$&");
    const found = new RegExp(`(?<![\\w$])${its}\\s*=\\s*new (\\w+)`).exec(this.#code) ??
      new RegExp(`(?<![\\w$])${its}\\s*:\\s*([A-Z]\\w*)`).exec(this.#code);
    if (found !== null) return found[1];
    if (new RegExp(`(?<![\\w$])${its}\\s*=\\s*[\\w.]+\\.journal\\(`).test(this.#code)) {
      return "Journal";
    }
    return new RegExp(`\\bcatch \\(${its}\\)`).test(this.#code) ? "RpcError" : undefined;
  }

  #topicOfType(type: string | undefined): Topic | undefined {
    return this.#reference.find((topic) => topic.type !== undefined && topic.type === type);
  }

  #entryNamed(name: string): Entry | undefined {
    return this.#reference.flatMap(({ entries }) => entries).find((one) => one.name === name);
  }

  /** A message of the library, `Broadcast.read`, or of the program's own. */
  #messageNamed(name: string): Entry | undefined {
    const [object = "", member] = name.split(".");
    if (member === undefined) return this.#ownMessage(object);
    return this.#reference.find(({ type }) => type === object)?.entries
      .find((one) => one.name === member);
  }

  #ownMessage(name: string): Entry | undefined {
    if (!/^\w+$/.test(name)) return undefined; // an expression, perhaps half written
    const found = new RegExp(`\\b${name}\\s*=\\s*(oneWay|rpc)\\(`).exec(this.#code);
    if (found === null) return undefined;
    const inner = this.#code.slice(found.index + found[0].length);
    const [type = "", request = "", reply] = splitOutside(inner.slice(0, closerIn(inner)), ",");
    const doc = found[1] === "rpc" ? "A request of your own." : "A message of your own.";
    return {
      name: type.replaceAll('"', ""),
      signature: `${name} ${request}`,
      doc,
      details: [],
      request: readFields(request),
      ...(reply !== undefined && { reply: readFields(reply) }),
    };
  }
}

/** An entry as an error or a line below the editor shows it. */
export function print({ object, entry: { signature } }: Known): string {
  return object === "" ? signature : `${object}.${signature}`;
}

function knownIn(object: string): (entry: Entry) => Known {
  return (entry) => ({ entry, object });
}

function isMember({ name }: Entry): boolean {
  return !name.startsWith("new ");
}

function fieldsOf(entry: Entry | undefined, of: "request" | "reply"): Entry[] | undefined {
  return entry?.[of]?.map(({ name, type }: Field) => ({
    name: name.replace("?", ""),
    signature: `${name}: ${type}`,
    doc: of === "request" ? `A field of ${entry.name}.` : `A field of the reply ${entry.name}_ok.`,
    details: [],
  }));
}

/** The names of a call's parameters, as its signature has them; nothing where it is no call. */
export function parametersOf({ name, signature }: Entry): string[] | undefined {
  if (!signature.startsWith(`${name}(`)) return undefined;
  const inner = signature.slice(name.length + 1);
  return splitOutside(inner.slice(0, closerIn(inner)), ",").map((one) => one.replace(/:.*$/s, ""));
}

/** Comments and texts, whose brackets open and close nothing. */
const WORDS = /\/\/[^\n]*|\/\*.*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/gs;

/** Leaves all brackets where they are, but for those in comments and texts. */
function withoutWords(text: string): string {
  return text.replaceAll(WORDS, (words) => " ".repeat(words.length));
}

/** Where the innermost bracket is that a text leaves open. */
function openerIn(whole: string): number | undefined {
  const text = withoutWords(whole);
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    const one = text[at] ?? "";
    if (")]}".includes(one)) depth++;
    else if ("([{".includes(one) && --depth < 0) return at;
  }
  return undefined;
}

/** Where a text closes a bracket that it does not open. */
function closerIn(whole: string): number {
  const text = withoutWords(whole);
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const one = text[at] ?? "";
    if ("([{".includes(one)) depth++;
    else if (")]}".includes(one) && --depth < 0) return at;
  }
  return text.length;
}
