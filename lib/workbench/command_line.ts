/**
 * Command lines: words into values and back, by the descriptions of options.
 *
 * The parser is pure. Files that an option names are read, and seeds drawn, by whoever calls it.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import {
  type EngineName,
  kindProblem,
  nearest,
  type Option,
  type Options,
  PROCESSES,
  text,
  UsageError,
  type Values,
  whole,
} from "./option.ts";
import {
  amend,
  arePlanOptions,
  faultKindsOf,
  type Plan,
  PLAN_FIELDS,
  planOf,
  type PlanOptions,
} from "./plan.ts";

/** What a command's arguments may be. */
export interface Command<O extends Options> {
  readonly own: O;
  /** Whether it takes options of a run, and arguments for the node, too. Default: false. */
  readonly run?: boolean;
  /** What carries out its runs; the help leaves out the faults that it has not. Default: any. */
  readonly engine?: EngineName;
  /** Options that somebody may expect here, and why there are none such. */
  readonly refused?: Readonly<Record<string, string>>;
  /** Most words that belong to no option. Default: none. */
  readonly words?: number;
  /** Whether further words are arguments for the node, as in Maelstrom. Default: false. */
  readonly passesWords?: boolean;
}

export interface Arguments<O extends Options> {
  readonly own: Values<O>;
  /** The options of a run that were given. */
  readonly run: Partial<PlanOptions>;
  /** A file that names further nodes. */
  readonly nodesFile?: string;
  /** Words that belong to no option. */
  readonly words: readonly string[];
  /** What was asked for and has no effect, a clause each. */
  readonly notes: readonly string[];
  readonly help: boolean;
}

/** The workload of a run for which Maelstrom is told none. */
export const DEFAULT_WORKLOAD = "lin-kv";

/** Maelstrom's options of a test that decide nothing about the run itself. */
export const TEST_OPTIONS = {
  "test-count": {
    kind: whole(1),
    value: "N",
    help: "runs, until one is not valid",
    default: 1,
    engines: PROCESSES,
  },
  "log-stderr": { help: "show what nodes write to standard error", engines: PROCESSES },
  "log-net-send": { help: "log every message that is sent", engines: PROCESSES },
  "log-net-recv": { help: "log every message that is delivered", engines: PROCESSES },
} as const satisfies Options;

const HELP = { help: { alias: ["h"], help: "this text" } } as const satisfies Options;
const NODES_FILE = {
  "nodes-file": { kind: text, value: "FILE", help: "more nodes, a name a line" },
} as const satisfies Options;

/** The options of a run, by the names that they have on a command line. */
const RUN_OPTIONS: Options = Object.fromEntries([
  ...[...PLAN_FIELDS.values()].flatMap((option) =>
    option.name === undefined ? [] : [[option.name, option] as const]
  ),
  ...Object.entries(NODES_FILE),
]);

const NO_LOGIN = "no machine is logged in to";
const NO_LOGIN_VALUE = { kind: text, help: NO_LOGIN } as const;

/** Maelstrom's options that have no effect here, and why. */
const IDLE = {
  "leave-db-running": { help: "nodes never outlive their run here" },
  "logging-json": { help: "there is no JSON log here" },
  "no-ssh": { help: NO_LOGIN },
  "strict-host-key-checking": { help: NO_LOGIN },
  "username": NO_LOGIN_VALUE,
  "password": NO_LOGIN_VALUE,
  "ssh-private-key": NO_LOGIN_VALUE,
} as const satisfies Options;

/**
 * Reads a command's arguments. Of an option that is given twice, the last value counts.
 *
 * @throws {UsageError} if they are wrong.
 */
export function parseArguments<const O extends Options>(
  argv: readonly string[],
  command: Command<O>,
): Arguments<O> {
  const { words, rest, ...given } = readWords(argv, command);
  const own: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(command.own)) {
    own[name] = valueOf(name, option, given) ?? (option.kind ? option.default : false);
  }
  if (!areValues(own, command.own)) throw new TypeError("an option's default is not of its kind");
  const run: Record<string, unknown> = {};
  for (const [field, option] of command.run ? PLAN_FIELDS : []) {
    const value = option.name && valueOf(option.name, option, given);
    if (value !== undefined) run[field] = value;
  }
  if (rest.length > 0) run["args"] = rest;
  const nodesFile = command.run && valueOf("nodes-file", NODES_FILE["nodes-file"], given);
  const isCounted = run["nodeCount"] !== undefined; // the count wins
  if (isCounted) delete run["nodes"];
  if (!arePlanOptions(run)) throw new TypeError("an option of a run is not of its kind");
  return {
    own,
    run,
    ...(typeof nodesFile === "string" && !isCounted && { nodesFile }),
    words,
    notes: idleNotes(given),
    help: given.flags.has("help"),
  };
}

function idleNotes({ texts, flags }: Pick<Words, "texts" | "flags">): string[] {
  const isGiven = (name: string) => flags.has(name) || Boolean(texts.get(name)?.length);
  const counted = isGiven("node-count") ? ["nodes", "nodes-file"] : [];
  return [
    ...counted.filter(isGiven).map((name) => `--${name} has no effect beside --node-count`),
    ...Object.entries(IDLE).flatMap(([name, { help }]) =>
      isGiven(name) ? [`--${name} has no effect: ${help}`] : []
    ),
  ];
}

/** The options of a run that a command line holds, and nothing but them. */
export function parseRunOptions(argv: readonly string[]): Partial<PlanOptions> {
  return parseArguments(argv, { own: {}, run: true }).run;
}

/**
 * The options of a run with those given on a command line over them, but for those that have no
 * effect.
 *
 * @param note Called with a clause for each of these.
 * @throws {UsageError} if no workload is given.
 */
export function applyGiven(
  options: Partial<PlanOptions>,
  given: Partial<PlanOptions>,
  note: (clause: string) => void = () => {},
): PlanOptions {
  const { workload = options.workload, faults = options.faults ?? [], disk = options.disk ?? [] } =
    given;
  if (workload === undefined) throw new UsageError("--workload is missing");
  const effective: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(given)) {
    const { name, workloads } = PLAN_FIELDS.get(field) ?? {};
    if (workloads !== undefined && !workloads.includes(workload)) {
      note(`--${name} has no effect on ${workload}, only on ${workloads.join(", ")}`);
    } else if (field === "faultIntervalS" && faults.length + disk.length === 0) {
      note(`--${name} has no effect without --nemesis`);
    } else effective[field] = value;
  }
  if (!arePlanOptions(effective)) throw new TypeError("an option of a run is not of its kind");
  return { ...amend(options, effective), workload };
}

/**
 * The options that make a plan, as words: those that differ from the defaults, or from another plan
 * if one is given. The program and the seed are not among them. The command's own words come before
 * the node's arguments.
 */
export function wordsOf(
  plan: Plan,
  { other, own = [] }: { readonly other?: Plan | undefined; readonly own?: readonly string[] } = {},
): string[] {
  const standard = textsOf({ ...other ?? planOf({ workload: "echo" }), workload: plan.workload });
  const changed = [...textsOf(plan)].filter(([name, text]) => standard.get(name) !== text);
  return [
    ...(other === undefined ? ["-w", plan.workload] : []),
    ...changed.flatMap(([name, text]) => [`--${name}`, text]),
    ...own,
    ...(plan.args.length > 0 ? ["--", ...plan.args] : []),
  ];
}

function textsOf({ program: _, args: __, operations: ___, seed: ____, ...plan }: Plan) {
  const { nodes, concurrency, faults, availability } = plan;
  const isCounted = nodes.every((node, i) => node === `n${i}`);
  const perNode = concurrency / nodes.length;
  const written: Readonly<Partial<Record<string, string>>> = {
    nodeCount: isCounted ? `${nodes.length}` : "",
    nodes: isCounted ? "" : nodes.join(","),
    concurrency: Number.isInteger(perNode) ? `${perNode}n` : `${concurrency}`,
    faults: faults.filter((one) => typeof one === "string").join(","),
    ...(availability === 1 && { availability: "total" }),
  };
  const values: ReadonlyMap<string, unknown> = new Map(Object.entries(plan));
  return new Map([...PLAN_FIELDS].flatMap(([field, { name }]): [string, string][] => {
    const text = written[field] ?? String(values.get(field) ?? "");
    return name === undefined || text === "" ? [] : [[name, text]];
  }));
}

/**
 * Options as a help text lists them, a line each, without those that are refused. What plans set
 * stands in the place of the general defaults.
 */
export function optionsHelp<O extends Options>(
  { own, run, engine, refused = {} }: Command<O>,
  plans: readonly Plan[] = [],
): string {
  const standard = standardTexts(plans);
  const list = (options: Options) =>
    Object.entries(options).filter(([name]) => !(name in refused))
      .map(([name, option]) => helpLine(name, option, standard.get(name)));
  const lines = list({ ...own, ...HELP });
  if (!run) return lines.join("\n");
  const others = Object.fromEntries(Object.entries(RUN_OPTIONS).filter(([name]) => !(name in own)));
  const faults = faultKindsOf(engine).map(([name, { help }]) => `  ${name.padEnd(30)} ${help}`);
  const sections = ["", "Options of the run:", "", ...list(others)];
  return [...lines, ...sections, "", "Faults, for --nemesis:", "", ...faults].join("\n");
}

/** What each option stands at in plans: where they differ, one after the other. */
function standardTexts(plans: readonly Plan[]): ReadonlyMap<string, string> {
  const texts = plans.map((plan) =>
    new Map([["nodes", ""], ["bin", plan.program ?? ""], ...textsOf(plan)])
  );
  const names = new Set(texts.flatMap((text) => [...text.keys()]));
  return new Map([...names].map((name) => {
    const values = new Set(texts.map((text) => text.get(name) ?? "none"));
    return [name, [...values].join(", then ")];
  }));
}

function helpLine(name: string, option: Option<unknown>, set?: string): string {
  const { value, alias = [], workloads } = option;
  const help = set === undefined ? option.help : option.help.replace(/; default .*/, "");
  const standard = set ?? option.default;
  const letter = alias.find((one) => one.length === 1);
  const names = letter === undefined ? `--${name}` : `-${letter}, --${name}`;
  const shown = value === undefined ? names : `${names} ${value}`;
  const fallback = standard === undefined || standard === "" ? "" : `; default ${standard}`;
  const scope = workloads === undefined ? "" : ` (${workloads.join(", ")})`;
  return `  ${shown.padEnd(30)} ${help}${fallback}${scope}`;
}

/** The words of a command line, by the option that they belong to. */
interface Words {
  readonly texts: ReadonlyMap<string, readonly string[]>;
  readonly flags: ReadonlySet<string>;
  readonly words: readonly string[];
  /** What stands behind `--`. */
  readonly rest: readonly string[];
}

function readWords<O extends Options>(
  argv: readonly string[],
  { own, run = false, refused = {}, words: most = 0, passesWords = false }: Command<O>,
): Words {
  const options: Options = { ...(run ? { ...IDLE, ...RUN_OPTIONS } : {}), ...own, ...HELP };
  const known = Object.entries(options).filter(([name]) => !(name in refused));
  const valued = known.flatMap(([name, { kind }]) => kind === undefined ? [] : [name]);
  const flags = known.flatMap(([name, { kind }]) => kind === undefined ? [name] : []);
  const alias = Object.fromEntries(known.map(([name, option]) => [name, [...option.alias ?? []]]));
  const needless = argv.slice(0, endOf(argv)).find((word) =>
    flags.some((flag) => word.startsWith(`--${flag}=`))
  );
  if (needless !== undefined) {
    const [flag, value] = needless.split(/=(.*)/s);
    throw new UsageError(`${flag} takes no value, got "${value}"`);
  }
  const strays: string[] = [];
  const parsed: Readonly<Record<string, unknown>> = parseArgs(withValuesTied(argv, valued, alias), {
    string: [...valued, "_"],
    boolean: flags,
    collect: valued,
    alias,
    "--": true,
    unknown: (word, key) => key === undefined ? undefined : void strays.push(word),
  });
  const names = known.map(([name]) => name).filter((name) => !(name in IDLE));
  if (strays[0] !== undefined) throw new UsageError(complaint(strays[0], names, refused));
  const all = asTexts(parsed["_"]);
  const dashed = all.find((word) => /^[\u2010-\u2015-]*[\u2010-\u2015]/.test(word));
  if (dashed !== undefined) {
    throw new UsageError(`"${dashed}" begins with a dash that is no hyphen; write it with "--"`);
  }
  const words = all.slice(0, most);
  const rest = asTexts(parsed["--"]);
  if ((all.length > most && !passesWords) || (rest.length > 0 && !run)) {
    throw stray(all[most] ?? "--", run);
  }
  const texts = new Map(valued.map((name) => [name, asTexts(parsed[name])] as const));
  const missing = valued.find((name) => texts.get(name)?.includes(""));
  if (missing !== undefined) throw new UsageError(`--${missing} needs a value`);
  return {
    texts,
    flags: new Set(flags.filter((name) => parsed[name] === true)),
    words,
    rest: [...all.slice(most), ...rest],
  };
}

/** Where a command's own arguments end, and those for the node begin. */
function endOf(argv: readonly string[]): number {
  return argv.includes("--") ? argv.indexOf("--") : argv.length;
}

/**
 * Ties a value to its option where it would be read as an option itself, or not at all: -1, "". And
 * unties it where it stands right behind a letter: -wecho.
 */
function withValuesTied(
  argv: readonly string[],
  valued: readonly string[],
  alias: Readonly<Record<string, readonly string[]>>,
): string[] {
  const end = endOf(argv);
  const tied: string[] = [];
  const letters = valued.flatMap((name) => alias[name] ?? []).filter((one) => one.length === 1);
  for (const [i, word] of argv.entries()) {
    const option = argv[i - 1] ?? "";
    const takesValue = option.startsWith("--") && valued.includes(option.slice(2));
    if (i < end && takesValue && /^(-[\d.].*)?$/.test(word)) {
      tied[tied.length - 1] = `${option}=${word}`;
    } else if (i < end && /^-[^-=][^=]/.test(word) && letters.includes(word.charAt(1))) {
      tied.push(word.slice(0, 2), word.slice(2));
    } else tied.push(word);
  }
  return tied;
}

function asTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function valueOf(
  name: string,
  { kind, repeats = false }: Option<unknown>,
  given: Pick<Words, "texts" | "flags">,
): unknown {
  if (kind === undefined) return given.flags.has(name);
  const texts = given.texts.get(name) ?? [];
  const text = repeats ? texts.join(",") : texts.at(-1);
  if (texts.length === 0 || text === undefined) return undefined;
  const value = kind.parse(text);
  const problem = kindProblem(kind, value, text);
  if (problem !== undefined) throw new UsageError(`--${name} ${problem}`);
  return value;
}

function areValues<O extends Options>(
  values: Readonly<Record<string, unknown>>,
  options: O,
): values is Values<O> {
  return Object.entries(options).every(([name, { kind }]) => {
    const value = values[name];
    if (kind === undefined) return typeof value === "boolean";
    return value === undefined || kind.accepts(value);
  });
}

function stray(word: string, run: boolean): UsageError {
  const hint = run ? ` (arguments for the node go behind "--")` : "";
  return new UsageError(`stray argument "${word}"${hint}`);
}

/** What is wrong with an option that there is not. */
function complaint(
  word: string,
  known: readonly string[],
  refused: Readonly<Record<string, string>>,
): string {
  const name = word.replace(/^--?/, "").replace(/=.*$/, "");
  const why = refused[name];
  if (why !== undefined) return `--${name}: ${why}`;
  const meant = nearest(name, known);
  return `unknown option ${word}${meant === undefined ? "" : `; did you mean --${meant}?`}`;
}
