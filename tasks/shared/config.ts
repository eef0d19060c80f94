/**
 * `glomers.json`: what `glomers test` runs without further words. A node, how it is built, and the
 * tests that it is to pass, which are challenges or plans of one's own, with limits and seeds. A
 * teacher's assignment is such a file without a node.
 *
 * ```json
 * { "bin": "./main.py", "tests": ["1", { "challenge": "3d", "latencyMs": 50 }] }
 * ```
 *
 * @module
 */
import { dirname, join } from "node:path";
import { reasonOf } from "../../lib/message.ts";
import {
  ENGINES,
  type JsonSchema,
  type Kind,
  kindProblem,
  listOf,
  nearest,
  oneOf,
  type Option,
  text,
  UsageError,
  whole,
} from "../../lib/workbench/option.ts";
import {
  amend,
  arePlanOptions,
  PLAN_OPTIONS,
  type PlanOptions,
  seed,
} from "../../lib/workbench/plan.ts";
import { type Challenge, challengeOf, CHALLENGES, workloadChallenge } from "./challenges.ts";
import { RUNS } from "../engines/engine.ts";
import { areLimits, BOUND, type Bounds, limitsOf, METRIC_KEYS } from "./limits.ts";

/** The file that is read where none is named. */
export const CONFIG_FILE = "glomers.json";

/** Fields by their names; each has a kind. */
type Fields = Readonly<Record<string, Option<unknown> & { readonly kind: Kind<unknown> }>>;
type FieldValues<F extends Fields> = {
  readonly [N in keyof F]?: F[N]["kind"] extends Kind<infer T> ? T : never;
};

/** Bounds by metric. */
const limits: Kind<Readonly<Record<string, Bounds>>> = {
  expected: "an object of metrics, each with below, max or min, such as " +
    `{ "serverMessagesPerOp": { "below": 30 } }; metrics are ${METRIC_KEYS.join(", ")}`,
  accepts: areLimits,
  parse: () => undefined,
  schema: {
    type: "object",
    propertyNames: { enum: METRIC_KEYS },
    additionalProperties: {
      type: "object",
      properties: { below: BOUND.schema, max: BOUND.schema, min: BOUND.schema },
      additionalProperties: false,
    },
  },
};

const REPEATED = {
  runs: { kind: whole(1), help: "how often each test runs, under seeds of its own", default: 1 },
  seeds: { kind: listOf(seed, "a list of texts or numbers"), help: "the seeds, a run for each" },
} as const satisfies Fields;

const { program: _, seed: __, workload, ...planFields } = PLAN_OPTIONS;

/** The fields of a test: a challenge's id or a workload, and what differs from what that says. */
const TEST_FIELDS = {
  challenge: { kind: oneOf(CHALLENGES.map(({ id }) => id)), help: "a challenge, with its limits" },
  title: { kind: text, help: "what reports call it" },
  limits: { kind: limits, help: "bounds on metrics, in place of the challenge's" },
  ...REPEATED,
  workload,
  ...planFields,
} as const satisfies Fields;

const tests: Kind<readonly unknown[]> = {
  expected: "a list of challenges' ids and of objects with a challenge or a workload",
  accepts: (value): value is readonly unknown[] =>
    Array.isArray(value) && value.length > 0 &&
    value.every((one) => typeof one === "string" || isObject(one)),
  parse: () => undefined,
  schema: {
    type: "array",
    minItems: 1,
    items: { anyOf: [TEST_FIELDS.challenge.kind.schema, schemaOf(TEST_FIELDS)] },
  },
};

const FIELDS = {
  $schema: { kind: text, help: "where this schema is" },
  bin: { kind: text, help: "the node's executable, from this file's folder" },
  build: { kind: text, help: "a shell command that makes it, run here before the tests" },
  engine: { kind: oneOf(ENGINES), help: "what carries out the tests" },
  out: { kind: text, help: "the folder for runs' files, from this file's folder" },
  ...REPEATED,
  tests: { kind: tests, help: "what the node is to pass" },
} as const satisfies Fields;

/** A test, and how often it runs. */
export interface Assigned {
  readonly challenge: Challenge;
  readonly seeds?: readonly (string | number)[];
  readonly runs?: number;
}

/** What a file asks for; paths are from the caller's folder. */
export interface Config extends Pick<FieldValues<typeof FIELDS>, "build" | "engine"> {
  readonly file: string;
  readonly folder: string;
  readonly bin?: string;
  readonly out?: string;
  readonly assigned: readonly Assigned[];
}

/**
 * Reads a file; nothing if none is named and {@linkcode CONFIG_FILE} is not there.
 *
 * @throws {UsageError} that names the field, its value and what was expected.
 */
export function readConfig(named?: string): Config | undefined {
  const file = named ?? CONFIG_FILE;
  let json: string;
  try {
    json = Deno.readTextFileSync(file);
  } catch (error) {
    if (named === undefined && error instanceof Deno.errors.NotFound) return undefined;
    throw new UsageError(`${file}: ${reasonOf(error)}`);
  }
  try {
    return { file, ...parseConfig(JSON.parse(json), dirname(file)) };
  } catch (error) {
    throw new UsageError(`${file}: ${reasonOf(error)}`);
  }
}

/** Where runs are: in the folder that is given, else where {@linkcode CONFIG_FILE} has them go. */
export function runsFolder(given: string | undefined): string {
  const { state } = Deno.permissions.querySync({ name: "read", path: CONFIG_FILE });
  return given ?? (state === "granted" ? readConfig()?.out : undefined) ?? RUNS;
}

function parseConfig(value: unknown, folder: string): Omit<Config, "file"> {
  const { bin, out, build, engine, runs, seeds, tests = [] } = fieldsOf(value, FIELDS, "");
  const repeated = { ...(runs !== undefined && { runs }), ...(seeds && { seeds }) };
  return {
    folder,
    ...(bin !== undefined && { bin: join(folder, bin) }),
    ...(out !== undefined && { out: join(folder, out) }),
    ...(build !== undefined && { build }),
    ...(engine !== undefined && { engine }),
    assigned: tests.map((test, i) => ({ ...repeated, ...assignedBy(test, `tests[${i}]`) })),
  };
}

function assignedBy(test: unknown, at: string): Assigned {
  const given = typeof test === "string" ? { challenge: test } : test;
  const { challenge: id, title, limits, runs, seeds, ...options } = fieldsOf(
    given,
    TEST_FIELDS,
    `${at}.`,
  );
  if (!arePlanOptions(options)) throw new UsageError(`${at} holds no plan`);
  const challenge = id === undefined
    ? workloadTest(options, at)
    : withOptions(challengeOf(id), options, at);
  return {
    challenge: {
      ...challenge,
      ...(title !== undefined && { title }),
      ...(limits && { limits: limitsOf(limits) }),
    },
    ...(runs !== undefined && { runs }),
    ...(seeds && { seeds }),
  };
}

function workloadTest(options: Partial<PlanOptions>, at: string): Challenge {
  const { workload } = options;
  if (workload === undefined) throw new UsageError(`${at} has neither a challenge nor a workload`);
  return workloadChallenge(workload, { ...options, workload });
}

function withOptions(challenge: Challenge, options: Partial<PlanOptions>, at: string): Challenge {
  const { workload } = options;
  if (workload !== undefined) {
    throw new UsageError(`${at}: a challenge and the workload ${workload} exclude each other`);
  }
  return { ...challenge, runs: challenge.runs.map((run) => ({ ...run, ...amend(run, options) })) };
}

function fieldsOf<F extends Fields>(value: unknown, fields: F, at: string): FieldValues<F> {
  if (!isObject(value)) {
    throw new UsageError(`expected an object, got ${JSON.stringify(value)}`);
  }
  for (const [name, item] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) {
      const meant = nearest(name, Object.keys(fields));
      const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
      throw new UsageError(`there is no field ${at}${name}${hint}`);
    }
    const problem = kindProblem(field.kind, item);
    if (problem !== undefined) throw new UsageError(`${at}${name} ${problem}`);
  }
  if (!areFields(value, fields)) throw new TypeError("a field is not of its kind");
  return value;
}

function areFields<F extends Fields>(value: object, fields: F): value is FieldValues<F> {
  return Object.entries(value).every(([name, item]) => fields[name]?.kind.accepts(item));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The schema of the file, for editors. */
export function configSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: CONFIG_FILE,
    ...schemaOf(FIELDS),
  };
}

function schemaOf(fields: Fields): JsonSchema {
  const properties = Object.entries(fields).map(([name, { kind, help, default: standard }]) => [
    name,
    { ...kind.schema, description: help, ...(standard !== undefined && { default: standard }) },
  ]);
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    additionalProperties: false,
  };
}
