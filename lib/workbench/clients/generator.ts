/**
 * Generators decide which client does what, and when.
 *
 * A generator is asked twice: {@linkcode Generator.when} it has an operation for one of the free
 * threads, and then, at that time, to {@linkcode Generator.take} it. The combinators are those of
 * Jepsen that Maelstrom's workloads consist of.
 *
 * @module
 */
import type { Edn, EdnObject } from "../../history/edn.ts";
import { NS_PER_S, type Op } from "../../history/operations.ts";
import type { Random } from "../random.ts";

/** What a client does: an operation's name and value. */
export interface Invocation {
  readonly f: string;
  readonly value: Edn;
  /** Further keys for the history, such as `final?`. */
  readonly extra?: EdnObject;
}

export interface Context {
  /** Nanoseconds since the start of the run. */
  readonly nowNs: number;
  /** Idle threads, the one whose turn it is first. Never empty. */
  readonly free: readonly number[];
  /** Number of all threads, which are 0 to `threads` − 1. */
  readonly threads: number;
}

/** An invocation and the thread that makes it. */
export interface Assignment extends Invocation {
  readonly thread: number;
}

/**
 * When a generator has an operation: at a time (ns), not before some operation completes
 * (`pending`), or never again.
 */
export type When = number | "pending" | "never";

export interface Generator {
  /** When there is an operation for one of the free threads. Changes nothing. */
  when(context: Context): When;
  /** Takes that operation. Called only once its time has come. */
  take(context: Context): Assignment;
  /** Called with every event that clients add to the history. */
  observe?(op: Op, thread: number): void;
}

/** Always has what `make` returns, for the thread whose turn it is. */
export function each(make: (thread: number, nowNs: number) => Invocation): Generator {
  return {
    when: ({ nowNs }) => nowNs,
    take({ free: [thread = 0], nowNs }) {
      return { thread, ...make(thread, nowNs) };
    },
  };
}

/** Always has what `make` returns, for a free thread drawn at random. */
export function anyThread(random: Random, make: (thread: number) => Invocation): Generator {
  return {
    when: ({ nowNs }) => nowNs,
    take({ free }) {
      const thread = random.pick(free);
      return { thread, ...make(thread) };
    },
  };
}

/** Spaces operations by gaps that are uniform from 0 to twice the mean. A rate of 0 means none. */
export function stagger(ratePerS: number, random: Random, inner: Generator): Generator {
  let nextNs: number | undefined;
  const meanGapNs = NS_PER_S / ratePerS;
  return {
    ...(inner.observe && { observe: inner.observe.bind(inner) }),
    when(context) {
      if (ratePerS === 0) return "never";
      const when = inner.when(context);
      return typeof when === "number" ? Math.max(when, nextNs ?? when) : when;
    },
    take(context) {
      // Falling behind moves the schedule: there is no burst to catch up.
      nextNs = Math.max(nextNs ?? 0, context.nowNs) + random.between(0, 2 * meanGapNs);
      return inner.take(context);
    },
  };
}

/** Ends that long after its first operation. */
export function timeLimit(durationNs: number, inner: Generator): Generator {
  let endNs: number | undefined;
  return {
    ...(inner.observe && { observe: inner.observe.bind(inner) }),
    when(context) {
      endNs ??= context.nowNs + durationNs;
      if (context.nowNs >= endNs) return "never";
      const when = inner.when(context);
      return typeof when !== "number" || when < endNs ? when : "never";
    },
    take: (context) => inner.take(context),
  };
}

/** Has what any of them has first; of equals, what the first one listed has. */
export function any(...inner: readonly Generator[]): Generator {
  const soonest = (context: Context): { when: When; generator?: Generator } => {
    let best: { when: When; generator?: Generator } = { when: "never" };
    for (const generator of inner) {
      const when = generator.when(context);
      const sooner = typeof when === "number"
        ? typeof best.when !== "number" || when < best.when
        : when === "pending" && best.when === "never";
      if (sooner) best = { when, generator };
    }
    return best;
  };
  return {
    when: (context) => soonest(context).when,
    take(context) {
      const { generator } = soonest(context);
      if (generator === undefined) throw new Error("took from generators that have nothing");
      return generator.take(context);
    },
    observe(op, thread) {
      for (const generator of inner) generator.observe?.(op, thread);
    },
  };
}

/** Has a separate generator for each thread, to which no other thread seems free. */
export function eachThread(make: (thread: number) => Generator): Generator {
  const made = new Map<number, Generator>();
  const of = (thread: number): Generator => {
    const generator = made.get(thread) ?? make(thread);
    made.set(thread, generator);
    return generator;
  };
  const soonest = (context: Context) => {
    const inner = any(...context.free.map((thread) => only(thread, of(thread))));
    return { when: inner.when(context), take: () => inner.take(context) };
  };
  const done = (context: Context) =>
    Array.from({ length: context.threads }, (_, thread) => thread).every((thread) =>
      only(thread, of(thread)).when({ ...context, free: [thread] }) === "never"
    );
  return {
    when(context) {
      const { when } = soonest(context);
      return when === "never" && !done(context) ? "pending" : when;
    },
    take: (context) => soonest(context).take(),
    observe(op, thread) {
      of(thread).observe?.(op, thread);
    },
  };
}

/** Asks a generator on behalf of one free thread, as if no other were free. */
function only(thread: number, inner: Generator): Generator {
  const narrow = (context: Context): Context => ({ ...context, free: [thread] });
  return {
    when: (context) => inner.when(narrow(context)),
    take: (context) => inner.take(narrow(context)),
  };
}

/** Has what the first one has, then what the next one has, and so on, each to its end. */
export function sequence(...inner: readonly Generator[]): Generator {
  let at = 0;
  const current = (context: Context): Generator | undefined => {
    while (at < inner.length && inner[at]?.when(context) === "never") at++;
    return inner[at];
  };
  return {
    when: (context) => current(context)?.when(context) ?? "never",
    take(context) {
      const generator = current(context);
      if (generator === undefined) throw new Error("took from a sequence that has ended");
      return generator.take(context);
    },
    observe(op, thread) {
      for (const generator of inner) generator.observe?.(op, thread);
    },
  };
}

export function once(invocation: Invocation): Generator {
  let taken = false;
  return {
    when: ({ nowNs }) => taken ? "never" : nowNs,
    take({ free: [thread = 0] }) {
      taken = true;
      return { thread, ...invocation };
    },
  };
}
