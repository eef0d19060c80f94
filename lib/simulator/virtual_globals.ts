/**
 * The globals of time and chance, owned by a simulation while it runs.
 *
 * Programs read time from `setTimeout` and `Date.now` and draw from `Math.random`; here these follow
 * a virtual clock and a seeded generator, and every call counts for the node that has the turn.
 *
 * What cannot be owned is refused by name (`borders.ts`, `platform.ts`, `imports.ts`), and fails the
 * simulation even if the program catches the error. A node that sends something when it does not
 * have the turn gives itself away. The local time zone is the machine's.
 *
 * @module
 */
import { NS_PER_MS, NS_PER_S } from "../history/operations.ts";
import type { Clock } from "../workbench/clock/clock.ts";
import type { Random } from "../workbench/random.ts";
import type { Owner } from "./owner.ts";
import { type Border, WEB_BORDERS } from "./borders.ts";
import { watchImports } from "./imports.ts";
import {
  catchUncaught,
  EXITS,
  formatLog,
  IGNORED,
  LOADED_LAZILY,
  PLATFORM_BORDERS,
  PROCESS,
  STANDARD_ERROR,
  SURROUNDINGS,
} from "./platform.ts";
import { VirtualTimers } from "./virtual_timers.ts";

/** A simulation begins on Saturday 1 January 2000, 00:00 UTC. */
const EPOCH_MS = Date.UTC(2000, 0, 1);

/**
 * A program did real input or output, which a simulation can neither time nor repeat.
 *
 * @example
 * ```ts
 * import { Echo, type Node } from "@glomers/maelstrom";
 * import { RealInputOutput, simulate } from "@glomers/maelstrom/simulator";
 * import { assertRejects } from "@std/assert";
 *
 * function readsFiles(node: Node): void {
 *   node.on(Echo.echo, async ({ echo }) => {
 *     await Deno.readTextFile("state.json");
 *     return { type: "echo_ok", echo };
 *   });
 * }
 * await assertRejects(() => simulate(readsFiles, { workload: "echo" }), RealInputOutput);
 * ```
 */
export class RealInputOutput extends Error {
  /** `"RealInputOutput"`. */
  override readonly name = "RealInputOutput";

  /** An error that says what the program did. */
  constructor(did: string) {
    super(`a simulated program ${did}: real input and output have no place in virtual time`);
  }
}

/** Thrown where a program ends its process, so that nothing after that line runs. */
export class ProcessExit extends Error {
  override readonly name = "ProcessExit";
}

/** Node.js finds here what `promisify` makes of a function. */
const PROMISIFIED = Symbol.for("nodejs.util.promisify.custom");

/** The methods of `console` that write; what one adds to its arguments, such as a count, is lost. */
const CONSOLE = [
  ...["log", "info", "debug", "warn", "error", "trace", "dir", "dirxml", "table", "count"],
  ...["group", "groupCollapsed"],
] as const;

/** Replaces the globals on construction; {@linkcode VirtualGlobals.restore} gives them back. */
export class VirtualGlobals {
  readonly #clock: Clock;
  readonly #outside: Random;
  readonly #timers: VirtualTimers;
  readonly #saved: (() => void)[] = [];
  #violation: RealInputOutput | undefined;
  #owner: Owner | undefined;

  /**
   * @param outside Draws while no owner has the turn.
   * @param args What programs find as their arguments.
   */
  constructor(clock: Clock, outside: Random, args: readonly string[] = []) {
    this.#clock = clock;
    this.#outside = outside;
    this.#timers = new VirtualTimers(clock, () => this.#owner);
    this.#install(args);
  }

  get pendingTimers(): number {
    return this.#timers.pending;
  }

  /**
   * Gives an owner the turn, until everything that the callback sets off has settled. An event of
   * the clock may hold one turn only: the promises of a first would settle in the second.
   */
  giveTurn(owner: Owner, callback: () => void): void {
    this.#owner = owner;
    try {
      callback();
    } catch (error) {
      owner.failed(error);
    }
  }

  /**
   * Ends the turn.
   *
   * @throws {RealInputOutput} if a program did real input or output since the last call.
   */
  leave(): void {
    this.#owner = undefined;
    if (this.#violation !== undefined) throw this.#violation;
  }

  /**
   * Notes a violation if an owner acts without having the turn: then something outside the
   * simulation woke it.
   *
   * @param did What it did, as in "sent a message".
   */
  assertTurn(owner: Owner, did: string): void {
    if (this.#owner === owner) return;
    this.#violation ??= new RealInputOutput(
      `${did} when it was not its turn, woken by something like a real timer or a file`,
    );
  }

  /** Clears an owner's timers, as the end of its process does. */
  clearTimers(owner: Owner): void {
    this.#timers.clearAllOf(owner);
  }

  restore(): void {
    for (const restore of this.#saved.splice(0).reverse()) restore();
  }

  #install(args: readonly string[]): void {
    this.#ownTimers();
    this.#ownClocks();
    this.#ownChance();
    this.#divertConsole();
    this.#divertStandardError();
    this.#refuseInputOutput(args);
    this.#ownMemory();
    this.#catchErrors();
  }

  #ownTimers(): void {
    const timers = this.#timers;
    for (const [name, repeat] of [["setTimeout", false], ["setInterval", true]] as const) {
      const set = (callback: unknown, ms: unknown, ...args: unknown[]) =>
        timers.set(callback, ms, { args, repeat });
      const wait = (ms: unknown, value: unknown) =>
        new Promise((resolve) => timers.set(() => resolve(value), ms));
      this.#replace(globalThis, name, repeat ? set : Object.assign(set, { [PROMISIFIED]: wait }));
    }
    this.#replace(
      globalThis,
      "setImmediate",
      (callback: unknown, ...args: unknown[]) => timers.setImmediate(callback, args),
    );
    for (const name of ["clearTimeout", "clearInterval", "clearImmediate"]) {
      this.#replace(globalThis, name, (id: unknown) => timers.clear(id));
    }
    for (const name of IGNORED.names) this.#replace(IGNORED.holder, name, () => {});
    this.#replace(AbortSignal, "timeout", (ms: number) => {
      const controller = new AbortController();
      const reason = () => new DOMException("Signal timed out.", "TimeoutError");
      timers.set(() => controller.abort(reason()), ms);
      return controller.signal;
    });
  }

  #ownClocks(): void {
    const nowMs = () =>
      EPOCH_MS + Math.floor(this.#clock.nowNs() / NS_PER_MS + (this.#owner?.skewMs ?? 0));
    const { prototype } = Date;
    this.#replace(globalThis, "Date", virtualDate(nowMs));
    this.#replace(prototype, "constructor", Date);
    this.#replace(Performance.prototype, "now", () => this.#clock.nowNs() / NS_PER_MS);
    this.#replace(Performance.prototype, "timeOrigin", EPOCH_MS);
    this.#replace(PROCESS, "hrtime", virtualHrtime(() => this.#clock.nowNs()));
    this.#replace(globalThis, "File", virtualFile(nowMs));
    this.#replaceTemporal(nowMs);
    this.#replaceDateFormats(nowMs);
  }

  #ownChance(): void {
    const random = () => this.#owner?.random ?? this.#outside;
    this.#replace(Math, "random", () => random().fraction());
    this.#replace(Crypto.prototype, "getRandomValues", <T extends ArrayBufferView>(array: T): T => {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      for (let i = 0; i < bytes.length; i++) bytes[i] = random().int(256);
      return array;
    });
    this.#replace(Crypto.prototype, "randomUUID", () => drawUuid(random()));
  }

  #refuseInputOutput(args: readonly string[]): void {
    if ("process" in globalThis) this.#replace(globalThis, "process", PROCESS);
    for (const border of [...WEB_BORDERS, ...PLATFORM_BORDERS]) this.#forbid(border);
    for (const { holder, name, virtual } of SURROUNDINGS) {
      const real = describe(holder, name);
      const seen = virtual(args);
      this.#define(holder, name, {
        get: () => this.#owner === undefined ? real?.get?.() ?? real?.value : seen,
      });
    }
    for (const holder of EXITS) {
      const { exit } = holder;
      this.#replace(
        holder,
        "exit",
        (code = 0) => this.#owner === undefined ? exit(code) : this.#exit(code),
      );
    }
    this.#saved.push(watchImports((specifier) => {
      if (this.#owner !== undefined) this.#refuse(`imported ${specifier} after its start`);
    }));
  }

  #exit(code: number): never {
    this.#owner?.exit(code);
    throw new ProcessExit(`exit status ${code}`);
  }

  /** Sends what a node writes to the console to its log, as `serve` does. */
  #divertConsole(): void {
    for (const name of CONSOLE) {
      const real = console[name];
      this.#replace(console, name, (...args: unknown[]) => {
        if (this.#owner === undefined) Reflect.apply(real, console, args);
        else this.#owner.say(formatLog(...args));
      });
    }
    const { assert } = console;
    this.#replace(console, "assert", (holds: unknown, ...args: unknown[]) => {
      if (this.#owner === undefined) Reflect.apply(assert, console, [holds, ...args]);
      else if (!holds) this.#owner.say(formatLog("Assertion failed", ...args));
    });
  }

  #divertStandardError(): void {
    const { value: real } = Object.getOwnPropertyDescriptor(STANDARD_ERROR, "stderr") ?? {};
    const writeSync = (bytes: Uint8Array) => {
      this.#owner?.say(new TextDecoder().decode(bytes).replace(/\n$/, ""));
      return bytes.length;
    };
    const diverted = {
      writeSync,
      write: (bytes: Uint8Array) => Promise.resolve(writeSync(bytes)),
      isTerminal: () => false,
    };
    this.#define(STANDARD_ERROR, "stderr", {
      get: () => this.#owner === undefined ? real : diverted,
    });
  }

  #replaceTemporal(nowMs: () => number): void {
    if (!("Temporal" in globalThis)) return;
    const { Now } = Temporal;
    const instant = () => Temporal.Instant.fromEpochMilliseconds(nowMs());
    const zoned = (zone: Temporal.TimeZoneLike = "UTC") => instant().toZonedDateTimeISO(zone);
    this.#replace(Now, "timeZoneId", () => "UTC");
    this.#replace(Now, "instant", instant);
    this.#replace(Now, "zonedDateTimeISO", zoned);
    this.#replace(Now, "plainDateTimeISO", (zone?: string) => zoned(zone).toPlainDateTime());
    this.#replace(Now, "plainDateISO", (zone?: string) => zoned(zone).toPlainDate());
    this.#replace(Now, "plainTimeISO", (zone?: string) => zoned(zone).toPlainTime());
  }

  /** Formats the virtual date where a program names none. */
  #replaceDateFormats(nowMs: () => number): void {
    const { prototype } = Intl.DateTimeFormat;
    const { get: formatOf } = Object.getOwnPropertyDescriptor(prototype, "format") ?? {};
    const { formatToParts } = prototype;
    if (formatOf === undefined) return;
    this.#define(prototype, "format", {
      get() {
        const format = Reflect.apply(formatOf, this, []);
        return (date: unknown = nowMs()) => format(date);
      },
    });
    this.#replace(prototype, "formatToParts", function (this: Intl.DateTimeFormat, date?: Date) {
      return Reflect.apply(formatToParts, this, [date ?? nowMs()]);
    });
  }

  /** Keeps objects that a program refers to weakly: when they are collected differs in every run. */
  #ownMemory(): void {
    this.#replace(globalThis, "WeakRef", StrongRef);
    this.#replace(globalThis, "FinalizationRegistry", IdleRegistry);
  }

  /** Keeps a node alive when an error of it is caught nowhere, as `serve` does for promises. */
  #catchErrors(): void {
    this.#saved.push(catchUncaught((error) => {
      if (this.#owner === undefined) return false;
      this.#owner.failed(error);
      return true;
    }));
  }

  /** Refuses what would differ, or end at another virtual time, in every run. */
  #forbid({ holder, label, functions, values = [] }: Border): void {
    const present = functions.filter((name) => name in holder && !LOADED_LAZILY.includes(name));
    for (const name of present) {
      const refuse = () => this.#refuse(`called ${label}${name}`);
      this.#replace(holder, name, function () {
        refuse(); // not an arrow function: programs call some of these with `new`
      });
    }
    for (const name of values) {
      const real = describe(holder, name);
      if (real === undefined) continue;
      const refuse = () => {
        if (this.#owner !== undefined) this.#refuse(`read ${label}${name}`);
      };
      this.#define(holder, name, {
        get() {
          refuse();
          return real.get === undefined ? real.value : Reflect.apply(real.get, this, []);
        },
      });
    }
  }

  #refuse(did: string): never {
    throw this.#violation ??= new RealInputOutput(did);
  }

  #replace(holder: object, name: string, value: unknown): void {
    this.#define(holder, name, { value, writable: true });
  }

  #define(holder: object, name: string, descriptor: PropertyDescriptor): void {
    const own = Object.getOwnPropertyDescriptor(holder, name);
    // Bun has functions that can be overwritten, but not described anew.
    const configurable = own?.configurable ?? true;
    Object.defineProperty(holder, name, { ...descriptor, configurable });
    this.#saved.push(() => {
      if (own === undefined) Reflect.deleteProperty(holder, name);
      else Object.defineProperty(holder, name, own);
    });
  }
}

/** The descriptor of a property, whether the object or a prototype of it has that. */
function describe(holder: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = holder; at !== null; at = Reflect.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A `WeakRef` whose object is never collected. */
class StrongRef {
  readonly #target: object;

  constructor(target: object) {
    this.#target = target;
  }

  deref(): object {
    return this.#target;
  }
}

/** A `FinalizationRegistry` that never hears of anything, as none has to. */
class IdleRegistry {
  register(): void {}

  unregister(): boolean {
    return false;
  }
}

/** `process.hrtime`, which counts from the beginning of the simulation. */
function virtualHrtime(nowNs: () => number): object {
  const hrtime = ([seconds, ns]: readonly [number, number] = [0, 0]) => {
    const sinceNs = nowNs() - seconds * NS_PER_S - ns;
    const wholeS = Math.floor(sinceNs / NS_PER_S);
    return [wholeS, sinceNs - wholeS * NS_PER_S];
  };
  return Object.assign(hrtime, { bigint: () => BigInt(nowNs()) });
}

function virtualDate(nowMs: () => number): DateConstructor {
  const Real = Date;
  return new Proxy(Real, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [nowMs()] : args, newTarget),
    apply: () => new Real(nowMs()).toString(),
    get: (target, key) => key === "now" ? nowMs : Reflect.get(target, key),
  });
}

/** A file was changed last when it was made, unless it says otherwise. */
function virtualFile(nowMs: () => number): typeof File {
  return new Proxy(File, {
    construct: (target, [parts, name, options], newTarget) =>
      Reflect.construct(target, [parts, name, { lastModified: nowMs(), ...options }], newTarget),
  });
}

function drawUuid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => random.int(16));
  digits[12] = 4;
  digits[16] = 8 + random.int(4);
  const text = digits.map((digit) => digit.toString(16)).join("");
  return [8, 12, 16, 20, 32].map((end, i) => text.slice([0, 8, 12, 16, 20][i], end)).join("-");
}
