/**
 * Generators: which client asks what, and when.
 *
 * A generator is asked twice: {@linkcode Generator.when} it has something for one of the free
 * threads, and then, at that time, to {@linkcode Generator.take} it. The combinators are those of
 * Jepsen that Maelstrom's workloads are made of.
 *
 * @module
 */
import type { Edn, EdnObject } from "../../history/edn.ts";
import type { Op } from "../../history/operations.ts";
import type { Random } from "../random.ts";
import { SECOND } from "../clock/clock.ts";

/** What a client is to do: an operation's name and value. */
export interface Invocation {
  readonly f: string;
  readonly value: Edn;
  /** Further keys for the history, such as `final?`. */
  readonly extra?: EdnObject;
}

/** What a generator may know. */
export interface Context {
  /** Nanoseconds since the start of the run. */
  readonly now: number;
  /** Threads with nothing to do, the one whose turn it is first. Never empty. */
  readonly free: readonly number[];
  /** All threads, as a number: they are 0 to `threads` − 1. */
  readonly threads: number;
}

/** An invocation and the thread that is to make it. */
export interface Assignment extends Invocation {
  readonly thread: number;
}

/** When a generator has something: a time (ns), not before something happens, or never again. */
export type When = number | "pending" | "never";

/** Decides what clients do. */
export interface Generator {
  /** When there is something for one of the free threads. Changes nothing. */
  when(context: Context): When;
  /** What it is. Only called once that time has come. */
  take(context: Context): Assignment;
  /** Told of every event of the run's history that a client made. */
  observe?(op: Op, thread: number): void;
}

/** For whichever thread is free, always, whatever `make` gives. */
export function each(make: (thread: number, now: number) => Invocation): Generator {
  return {
    when: ({ now }) => now,
    take({ free: [thread = 0], now }) {
      return { thread, ...make(thread, now) };
    },
  };
}

/** For any of the free threads, each as likely, always, whatever `make` gives. */
export function anyThread(random: Random, make: () => Invocation): Generator {
  return {
    when: ({ now }) => now,
    take: ({ free }) => ({ thread: random.pick(free), ...make() }),
  };
}

/** Spaces operations by gaps uniform between nothing and twice the mean; a rate of 0 means none. */
export function stagger(ratePerS: number, random: Random, inner: Generator): Generator {
  let next: number | undefined;
  const meanGap = SECOND / ratePerS;
  return {
    ...(inner.observe && { observe: inner.observe.bind(inner) }),
    when(context) {
      if (ratePerS === 0) return "never";
      const when = inner.when(context);
      return typeof when === "number" ? Math.max(when, next ?? when) : when;
    },
    take(context) {
      // Falling behind moves the schedule: there is no burst to catch up.
      next = Math.max(next ?? 0, context.now) + random.between(0, 2 * meanGap);
      return inner.take(context);
    },
  };
}

/** Ends after that much time (ns) since its first operation. */
export function timeLimit(duration: number, inner: Generator): Generator {
  let end: number | undefined;
  return {
    ...(inner.observe && { observe: inner.observe.bind(inner) }),
    when(context) {
      end ??= context.now + duration;
      if (context.now >= end) return "never";
      const when = inner.when(context);
      return typeof when !== "number" || when < end ? when : "never";
    },
    take: (context) => inner.take(context),
  };
}

/** Whatever any of them has first; of equals, the first named. */
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

/** A generator of its own for every thread; it sees no other thread free. */
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

/** For that thread, which is free, as if no other were. */
function only(thread: number, inner: Generator): Generator {
  const narrow = (context: Context): Context => ({ ...context, free: [thread] });
  return {
    when: (context) => inner.when(narrow(context)),
    take: (context) => inner.take(narrow(context)),
  };
}

/** One after the other, each once the one before has nothing more. */
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

/** That invocation, once. */
export function once(invocation: Invocation): Generator {
  let taken = false;
  return {
    when: ({ now }) => taken ? "never" : now,
    take({ free: [thread = 0] }) {
      taken = true;
      return { thread, ...invocation };
    },
  };
}

/** An operation at a time that is fixed beforehand. */
export interface Planned extends Assignment {
  /** ns since the start of the run */
  readonly time: number;
}

/**
 * Operations written down: each at its time, or as soon after it as its thread is free.
 *
 * @param observer Told of what happens in place of the generator that is not used.
 */
export function scripted(plan: readonly Planned[], observer: Generator): Generator {
  const left = plan.toSorted((a, b) => a.time - b.time);
  const next = ({ free }: Context): number => left.findIndex(({ thread }) => free.includes(thread));
  return {
    ...(observer.observe && { observe: observer.observe.bind(observer) }),
    when(context) {
      if (left.length === 0) return "never";
      const planned = left[next(context)];
      return planned === undefined ? "pending" : Math.max(planned.time, context.now);
    },
    take(context) {
      const [planned] = left.splice(next(context), 1);
      if (planned === undefined) throw new Error("took from a script that has nothing");
      const { time: _, ...assignment } = planned;
      return assignment;
    },
  };
}
