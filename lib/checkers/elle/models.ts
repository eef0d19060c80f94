/**
 * Consistency models: which anomalies each of them forbids, and which model implies which.
 *
 * Everything follows from three tables. `IMPLIES_ANOMALY` says that one anomaly is a special case of
 * another (a G0 is also a G1c), `IMPLIES_MODEL` that one model is stronger than another, and `FORBIDS`
 * which anomalies a model rules out by definition. The rest is reachability: a model forbids what it
 * or any weaker model forbids, and whatever implies that; an anomaly rules out every model that
 * forbids it or something it implies, and every stronger model.
 *
 * Sources: Adya, "Weak Consistency" (1999); Adya, Liskov, O'Neil, "Generalized Isolation Level
 * Definitions" (2000); Bailis et al., "Highly Available Transactions" (2013); Cerone, Bernardi,
 * Gotsman, "A Framework for Transactional Consistency Models with Atomic Visibility" (2015);
 * Daudjee, Salem, "Lazy Database Replication with Ordering Guarantees" (2004). The tables agree with
 * Elle 0.2.2, https://github.com/jepsen-io/elle, the checker inside Maelstrom.
 *
 * @module
 */

/** A consistency model by one of its names, such as `snapshot-isolation` or `PL-SI`. */
export type Model = string;

/** An anomaly's name, such as `G1a` or `G-single-item-realtime`. */
export type Anomaly = string;

type Table = Readonly<Record<string, readonly string[]>>;

/** The canonical name of a model that has several. */
const CANONICAL: Readonly<Record<Model, Model>> = {
  "consistent-view": "PL-2+",
  "conflict-serializable": "PL-3",
  "cursor-stability": "PL-CS",
  "forward-consistent-view": "PL-FCV",
  "monotonic-snapshot-read": "PL-MSR",
  "monotonic-view": "PL-2L",
  "read-committed": "PL-2",
  "read-uncommitted": "PL-1",
  "repeatable-read": "PL-2.99",
  "serializable": "PL-3",
  "snapshot-isolation": "PL-SI",
  "strict-serializable": "PL-SS",
  "strong-serializable": "PL-SS",
  "update-serializable": "PL-3U",
  "strong-session-read-uncommitted": "strong-session-PL-1",
  "strong-session-read-committed": "strong-session-PL-2",
  "strong-read-uncommitted": "strong-PL-1",
  "strong-read-committed": "strong-PL-2",
};

/** The names that results use for canonical ones. */
const FRIENDLY: ReadonlyMap<Model, Model> = new Map([
  ...Object.entries(CANONICAL).map(([friendly, canonical]): [Model, Model] => [
    canonical,
    friendly,
  ]),
  ["PL-3", "serializable"],
]);

/** A history that satisfies the model on the left also satisfies those on the right. */
const IMPLIES_MODEL: Table = {
  // Transactional models.
  "strict-serializable": [
    "serializable",
    "linearizable",
    "session-serializable",
    "strong-snapshot-isolation",
    "strong-session-serializable",
  ],
  "strong-session-serializable": ["serializable", "strong-session-snapshot-isolation"],
  "serializable": [
    "repeatable-read",
    "snapshot-isolation",
    "update-serializable",
    "view-serializable",
  ],
  "session-serializable": ["1SR"],
  "update-serializable": ["forward-consistent-view"],
  "strong-snapshot-isolation": ["strong-session-snapshot-isolation", "strong-read-committed"],
  "strong-session-snapshot-isolation": ["snapshot-isolation", "strong-session-read-committed"],
  "snapshot-isolation": [
    "forward-consistent-view",
    "monotonic-atomic-view",
    "monotonic-snapshot-read",
    "parallel-snapshot-isolation",
    "prefix",
  ],
  "parallel-snapshot-isolation": ["causal-cerone", "update-atomic"],
  "prefix": ["causal-cerone"],
  "causal-cerone": ["read-atomic"],
  "update-atomic": ["read-atomic"],
  "read-atomic": ["monotonic-atomic-view"],
  "forward-consistent-view": ["consistent-view"],
  "consistent-view": ["cursor-stability", "monotonic-view"],
  "repeatable-read": ["cursor-stability", "monotonic-atomic-view"],
  "cursor-stability": ["read-committed"],
  "monotonic-atomic-view": ["read-committed"],
  "monotonic-view": ["read-committed"],
  "monotonic-snapshot-read": ["read-committed"],
  "strong-read-committed": ["strong-session-read-committed", "strong-read-uncommitted"],
  "strong-session-read-committed": ["read-committed", "strong-session-read-uncommitted"],
  "strong-read-uncommitted": ["strong-session-read-uncommitted"],
  "strong-session-read-uncommitted": ["read-uncommitted"],
  "read-committed": ["read-uncommitted"],
  // Models of single objects: no history of transactions contradicts them.
  "linearizable": ["sequential"],
  "sequential": ["causal"],
  "causal": ["writes-follow-reads", "PRAM"],
  "PRAM": ["monotonic-reads", "monotonic-writes", "read-your-writes"],
};

/** What a model forbids by definition, beyond what weaker models forbid. */
const FORBIDS: Table = {
  // A duplicate element or a cycle of versions cannot exist where versions are totally ordered.
  "read-uncommitted": ["G0", "duplicate-elements", "cyclic-versions", "PL-1-cycle-exists"],
  "read-committed": ["G1", "PL-2-cycle-exists"],
  "monotonic-view": ["G1", "G-monotonic"],
  "monotonic-snapshot-read": ["G1", "G-MSR"],
  "cursor-stability": ["G1", "G-cursor", "lost-update"],
  "consistent-view": ["G1", "G-single"],
  "forward-consistent-view": ["G1", "G-SIb"],
  "repeatable-read": ["G1", "G2-item", "lost-update", "PL-2.99-cycle-exists"],
  "read-atomic": ["internal", "G1a", "future-read"],
  "update-atomic": ["lost-update"],
  "causal-cerone": ["internal", "G1a"],
  "prefix": ["internal", "G1a"],
  "parallel-snapshot-isolation": ["internal", "G1a"],
  "snapshot-isolation": ["internal", "G1", "G-SI", "G-nonadjacent", "PL-SI-cycle-exists"],
  "update-serializable": ["G1", "G-update"],
  "serializable": ["internal", "G1", "G2", "predicate-read-miss", "PL-3-cycle-exists"],
  "strong-session-read-uncommitted": ["G0-process", "strong-session-PL-1-cycle-exists"],
  "strong-session-read-committed": ["G1c-process", "strong-session-PL-2-cycle-exists"],
  "strong-session-snapshot-isolation": [
    "internal",
    "G1-process",
    "G-nonadjacent-process",
    "strong-session-snapshot-isolation-cycle-exists",
  ],
  "strong-session-serializable": [
    "G1-process",
    "G2-process",
    "strong-session-serializable-cycle-exists",
  ],
  "strong-read-uncommitted": ["G0-realtime", "strong-PL-1-cycle-exists"],
  "strong-read-committed": ["G1c-realtime", "strong-PL-2-cycle-exists"],
  "strong-snapshot-isolation": [
    "internal",
    "G1-realtime",
    "G-nonadjacent-realtime",
    "strong-snapshot-isolation-cycle-exists",
  ],
  "strict-serializable": ["G1", "G1c-realtime", "G2-realtime", "PL-SS-cycle-exists"],
};

/** The anomaly on the left is also an instance of those on the right. */
const IMPLIES_ANOMALY: Table = {
  "G0": ["G1c", "G0-process"],
  "G0-process": ["G1c-process", "G0-realtime"],
  "G0-realtime": ["G1c-realtime"],
  "G1a": ["G1"],
  "G1b": ["G1"],
  "G1c": ["G1", "G1c-process"],
  "G1c-process": ["G1-process", "G1c-realtime"],
  "G1c-realtime": ["G1-realtime"],
  "G1": ["G1-process"],
  "G1-process": ["G1-realtime"],
  "G-single-item": ["G-single", "G-single-item-process", "G-nonadjacent-item"],
  "G-single-item-process": [
    "G-single-process",
    "G-single-item-realtime",
    "G-nonadjacent-item-process",
  ],
  "G-single-item-realtime": ["G-single-realtime", "G-nonadjacent-item-realtime"],
  "G-single": ["G-nonadjacent", "GSIb", "G-single-process"],
  "G-single-process": ["G-nonadjacent-process", "G-single-realtime"],
  "G-single-realtime": ["G-nonadjacent-realtime"],
  "G-nonadjacent-item": ["G-nonadjacent", "G2-item", "G-nonadjacent-item-process"],
  "G-nonadjacent-item-process": [
    "G-nonadjacent-process",
    "G2-item-process",
    "G-nonadjacent-item-realtime",
  ],
  "G-nonadjacent-item-realtime": ["G-nonadjacent-realtime", "G2-item-realtime"],
  "G-nonadjacent": ["G2", "G-nonadjacent-process"],
  "G-nonadjacent-process": ["G2-process", "G-nonadjacent-realtime"],
  "G-nonadjacent-realtime": ["G2-realtime"],
  "G2-item": ["G2", "G2-item-process"],
  "G2-item-process": ["G2-process", "G2-item-realtime"],
  "G2-item-realtime": ["G2-realtime"],
  "G2": ["G2-process"],
  "G2-process": ["G2-realtime"],
  "GSIa": ["GSI"],
  "GSIb": ["GSI"],
  // Two reads that no single order of appends explains: one of them saw what never committed.
  "incompatible-order": ["G1a"],
  "dirty-update": ["G1a"],
  // A transaction that reads its own later write is a cycle of one.
  "future-read": ["G1c"],
  "lost-update": ["write-skew", "G2-item"],
  "write-skew": ["G2"],
};

/** Every known name of a model, sorted. */
export const KNOWN_MODELS: readonly Model[] = [
  ...new Set([
    ...Object.entries(IMPLIES_MODEL).flatMap(([model, weaker]) => [model, ...weaker]),
    ...Object.entries(CANONICAL).flat(),
  ]),
].sort();

/** Returns the name that results use for a model. */
export function friendlyName(model: Model): Model {
  return FRIENDLY.get(canonicalName(model)) ?? model;
}

function canonicalName(model: Model): Model {
  return CANONICAL[model] ?? model;
}

type Relation = ReadonlyMap<string, readonly string[]>;

const WEAKER = relation(IMPLIES_MODEL, canonicalName, canonicalName);
const STRONGER = inverse(WEAKER);
const FORBIDDEN_BY_DEFINITION = relation(FORBIDS, canonicalName);
const FORBIDDING_BY_DEFINITION = inverse(FORBIDDEN_BY_DEFINITION);
const MORE_GENERAL = relation(IMPLIES_ANOMALY);
const MORE_SPECIAL = inverse(MORE_GENERAL);

function relation(
  table: Table,
  nameLeft = (name: string) => name,
  nameRight = (name: string) => name,
): Relation {
  return new Map(
    Object.entries(table).map(([left, right]) => [
      nameLeft(left),
      right.map(nameRight),
    ]),
  );
}

function inverse(relation: Relation): Relation {
  const result = new Map<string, string[]>();
  for (const [from, tos] of relation) {
    for (const to of tos) result.set(to, [...result.get(to) ?? [], from]);
  }
  return result;
}

/** Returns what can be reached from some names, themselves included. */
function reachable(relation: Relation, from: Iterable<string>): Set<string> {
  const seen = new Set(from);
  for (const name of seen) {
    for (const next of relation.get(name) ?? []) seen.add(next);
  }
  return seen;
}

/**
 * Returns the unknown names among some models.
 *
 * Maelstrom accepts any name on its command line and fails only when it checks.
 */
export function unknownModels(models: readonly Model[]): Model[] {
  return models.filter((model) => !KNOWN_MODELS.includes(model));
}

/**
 * Reads consistency models as Maelstrom does, for its recorded runs: a comma separates only with
 * blanks on both sides, so that `a,b` is a single unknown name.
 */
export function splitModelsAsMaelstrom(text: string): Model[] {
  return text.trim().split(/\s+,\s+/);
}

/** Returns every anomaly that must not occur if all these models are to hold. */
export function anomaliesForbiddenBy(models: Iterable<Model>): Set<Anomaly> {
  const implied = reachable(WEAKER, [...models].map(canonicalName));
  const forbidden = [...implied].flatMap((model) => FORBIDDEN_BY_DEFINITION.get(model) ?? []);
  return reachable(MORE_SPECIAL, forbidden);
}

/** Returns these anomalies and every one that they are instances of. */
export function impliedAnomalies(anomalies: Iterable<Anomaly>): Set<Anomaly> {
  return reachable(MORE_GENERAL, anomalies);
}

/** Returns these models and every stronger one, by canonical name. */
export function modelsImplying(models: Iterable<Model>): Set<Model> {
  return reachable(STRONGER, [...models].map(canonicalName));
}

/** Returns every model that these anomalies rule out, by canonical name. */
export function modelsRuledOutBy(anomalies: Iterable<Anomaly>): Set<Model> {
  const implied = impliedAnomalies(anomalies);
  return modelsImplying([...implied].flatMap((name) => FORBIDDING_BY_DEFINITION.get(name) ?? []));
}

/** The models that some anomalies rule out, by friendly name, sorted. */
interface Boundary {
  /** The weakest ones. */
  readonly not: readonly Model[];
  /** Every stronger one. */
  readonly alsoNot: readonly Model[];
}

/** Divides the models that some anomalies rule out into the weakest and all stronger ones. */
export function boundary(anomalies: Iterable<Anomaly>): Boundary {
  const ruledOut = modelsRuledOutBy(anomalies);
  const isWeakest = (model: Model) =>
    [...reachable(WEAKER, [model])].every((weaker) => weaker === model || !ruledOut.has(weaker));
  const all = [...ruledOut];
  return {
    not: all.filter(isWeakest).map(friendlyName).sort(),
    alsoNot: all.filter((model) => !isWeakest(model)).map(friendlyName).sort(),
  };
}
