/**
 * The globals of time and chance, while a simulation owns them.
 *
 * Programs keep time with `setTimeout` and `Date.now` and draw from `Math.random`; here these follow
 * a virtual clock and a seeded generator. A timer belongs to the node that set it: it fires in that
 * node's turn, waits while the node is paused, and dies with it.
 *
 * Out of reach, and so not to be used by a program that is simulated: what is imported from
 * `node:timers`, `node:crypto`, `node:process` and the like, `MessageChannel`, `Intl`'s own reading of
 * the time, and the garbage collector's moods (`WeakRef`). `deno task sim` refuses files that import
 * the first two; of others, a node that sends something when it is not its turn gives them away, and
 * else they may go unnoticed. Local time is the machine's.
 *
 * @module
 */
import { format } from "node:util";
import { type Clock, MS, type Timer } from "../workbench/clock/clock.ts";
import type { Random } from "../workbench/random.ts";

/** Whose turn it is: the owner of what is scheduled and drawn now. */
export interface Owner {
  readonly random: Random;
  /** How far the owner's wall clock is off, in milliseconds; its monotonic clock never is. */
  skewMs: number;
  /** Runs a callback in the owner's turn, at once or (paused) later or (dead) never. */
  enter(callback: () => void): void;
  /** Told of an error that nobody caught in its turn. */
  failed(error: unknown): void;
  /** Told what it writes to the console. */
  say(text: string): void;
  /** Told that it ends its process. */
  exit(code: number): void;
}

/** A simulation begins on Saturday 1 January 2000, 00:00 UTC. */
export const EPOCH_MS: number = Date.UTC(2000, 0, 1);

/** A timer waits at least that long, as in Node.js: a loop of timers cannot hold time up. */
const MIN_TIMEOUT_MS = 1;

/** A timer that is to wait longer, waits the least: it overflows, as in Deno. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

type Callback = (...args: unknown[]) => void;

/** What `setTimeout` gives: an object, as Deno's is, that is as good as its number. */
class VirtualTimer {
  /** What will happen next, while the timer is set. */
  upcoming: Timer | undefined;

  constructor(readonly id: number, readonly owner: Owner | undefined) {}

  /** Nothing: virtual time passes as long as the run goes on. */
  ref(): this {
    return this;
  }

  /** Nothing, as {@linkcode VirtualTimer.ref}. */
  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  [Symbol.toPrimitive](): number {
    return this.id;
  }
}

/** A program did real input or output, which a simulation can neither time nor repeat. */
export class RealInputOutput extends Error {
  override readonly name = "RealInputOutput";

  constructor(did: string) {
    super(`a simulated program ${did}: real input and output have no place in virtual time`);
  }
}

/** Thrown where a program ends its process, so that nothing behind that is done. */
export class ProcessExit extends Error {
  override readonly name = "ProcessExit";
}

const SUBTLE = ["digest", "encrypt", "decrypt", "sign", "verify", "generateKey", "deriveBits"];
const CONNECTIONS = ["connect", "connectTls", "listen", "serve", "resolveDns", "openKv", "watchFs"];
const FILES = [
  ...["readFile", "readTextFile", "writeFile", "writeTextFile", "open", "create", "readDir"],
  ...["stat", "lstat", "realPath", "readLink", "mkdir", "remove", "rename", "copyFile", "truncate"],
  ...["chmod", "makeTempFile", "makeTempDir"],
];
const CONSOLE = ["log", "info", "debug", "warn", "error", "trace", "dir", "table"] as const;

/** Replaces the globals on construction; {@linkcode VirtualGlobals.restore} gives them back. */
export class VirtualGlobals {
  readonly #clock: Clock;
  readonly #outside: Random;
  readonly #timers = new Map<number, VirtualTimer>();
  readonly #saved: (() => void)[] = [];
  #lastTimer = 0;
  #violation: RealInputOutput | undefined;
  #owner: Owner | undefined;

  /** @param outside What is drawn when it is no owner's turn. */
  constructor(clock: Clock, outside: Random) {
    this.#clock = clock;
    this.#outside = outside;
    this.#install();
  }

  /** Whose turn it is. A timer set now fires in that owner's turn. */
  get owner(): Owner | undefined {
    return this.#owner;
  }

  /**
   * Gives an owner the turn until everything the callback set off has settled. One event of the
   * clock holds one turn, or what it set off would be taken for somebody else's.
   */
  turn(owner: Owner, callback: () => void): void {
    this.#owner = owner;
    try {
      callback();
    } catch (error) {
      owner.failed(error);
    }
  }

  /**
   * Ends whoever's turn it was.
   *
   * @throws {RealInputOutput} if somebody did what a simulation cannot hold.
   */
  leave(): void {
    this.#owner = undefined;
    if (this.#violation !== undefined) throw this.#violation;
  }

  /**
   * Notes what an owner did though it was not its turn: something outside the simulation woke it.
   *
   * @param did What, as in "sent a message".
   */
  mustBeTurnOf(owner: Owner, did: string): void {
    if (this.#owner === owner) return;
    this.#violation ??= new RealInputOutput(
      `${did} when it was not its turn, as after a timer of node:timers or a file of node:fs`,
    );
  }

  /** Forgets an owner's timers, as when its process dies. */
  forget(owner: Owner): void {
    for (const timer of this.#timers.values()) {
      if (timer.owner === owner) this.#clear(timer);
    }
  }

  /** Gives the real globals back. */
  restore(): void {
    for (const restore of this.#saved.splice(0).reverse()) restore();
  }

  #install(): void {
    this.#ownTimers();
    this.#ownClocks();
    this.#ownChance();
    this.#divertConsole();
    this.#refuseTheWorld();
    this.#listen();
  }

  #ownTimers(): void {
    const waitMs = (ms: number) =>
      ms > MAX_TIMEOUT_MS ? MIN_TIMEOUT_MS : Math.max(ms, MIN_TIMEOUT_MS);
    const start = (callback: unknown, ms: unknown, args: unknown[], again: boolean) =>
      this.#start(asCallback(callback), waitMs(Number(ms) || 0), args, again);
    const timer = (again: boolean) => (f: unknown, ms: unknown, ...args: unknown[]) =>
      start(f, ms, args, again);
    this.#replace(globalThis, "setTimeout", timer(false));
    this.#replace(globalThis, "setInterval", timer(true));
    this.#replace(
      globalThis,
      "setImmediate",
      (f: unknown, ...args: unknown[]) => this.#start(asCallback(f), 0, args, false),
    );
    for (const name of ["clearTimeout", "clearInterval", "clearImmediate"]) {
      this.#replace(globalThis, name, (id: unknown) => this.#clear(id));
    }
    for (const name of ["refTimer", "unrefTimer"]) this.#replace(Deno, name, () => {});
    this.#replace(AbortSignal, "timeout", (ms: number) => {
      const controller = new AbortController();
      const reason = () => new DOMException("Signal timed out.", "TimeoutError");
      start(() => controller.abort(reason()), ms, [], false);
      return controller.signal;
    });
  }

  #ownClocks(): void {
    const nowMs = () => EPOCH_MS + Math.floor(this.#clock.now() / MS + (this.#owner?.skewMs ?? 0));
    const { prototype } = Date;
    this.#replace(globalThis, "Date", virtualDate(nowMs));
    this.#replace(prototype, "constructor", Date);
    this.#replace(performance, "now", () => this.#clock.now() / MS);
    this.#replace(performance, "timeOrigin", EPOCH_MS);
    this.#replaceTemporal(nowMs);
  }

  #ownChance(): void {
    const random = () => this.#owner?.random ?? this.#outside;
    this.#replace(Math, "random", () => random().fraction());
    this.#replace(crypto, "getRandomValues", <T extends ArrayBufferView>(array: T): T => {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      for (let i = 0; i < bytes.length; i++) bytes[i] = random().int(256);
      return array;
    });
    this.#replace(crypto, "randomUUID", () => uuid(random()));
  }

  #refuseTheWorld(): void {
    this.#forbid(globalThis, "", ["fetch", "WebSocket", "EventSource", "Worker"]);
    this.#forbid(crypto.subtle, "crypto.subtle.", SUBTLE);
    this.#forbid(Deno, "Deno.", [...CONNECTIONS, "Command"]);
    this.#forbid(Deno, "Deno.", FILES.flatMap((name) => [name, `${name}Sync`]));
    const { exit } = Deno;
    this.#replace(
      Deno,
      "exit",
      (code = 0) => this.#owner === undefined ? exit(code) : this.#exit(code),
    );
  }

  #exit(code: number): never {
    this.#owner?.exit(code);
    throw new ProcessExit(`exit status ${code}`);
  }

  /** What a node writes to the console goes to its log, as where it is served. */
  #divertConsole(): void {
    for (const name of CONSOLE) {
      const real = console[name];
      this.#replace(console, name, (...args: unknown[]) => {
        if (this.#owner === undefined) Reflect.apply(real, console, args);
        else this.#owner.say(format(...args));
      });
    }
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

  /** A promise that rejects unheard ends no served node, and so none here. */
  #listen(): void {
    const unheard = (event: PromiseRejectionEvent) => {
      if (this.#owner === undefined) return;
      event.preventDefault();
      this.#owner.failed(event.reason);
    };
    globalThis.addEventListener("unhandledrejection", unheard);
    this.#saved.push(() => globalThis.removeEventListener("unhandledrejection", unheard));
  }

  /** What takes real time would come at a different virtual time in every run. */
  #forbid(holder: object, label: string, names: readonly string[]): void {
    for (const name of names) {
      if (!(name in holder)) continue;
      const refuse = () => {
        throw this.#violation ??= new RealInputOutput(`called ${label}${name}`);
      };
      this.#replace(holder, name, function () {
        refuse(); // not an arrow: some are called with new
      });
    }
  }

  #replace(holder: object, name: string, value: unknown): void {
    const own = Object.getOwnPropertyDescriptor(holder, name);
    Object.defineProperty(holder, name, { value, configurable: true, writable: true });
    this.#saved.push(() => {
      if (own === undefined) Reflect.deleteProperty(holder, name);
      else Object.defineProperty(holder, name, own);
    });
  }

  #start(callback: Callback, ms: number, args: unknown[], again: boolean): VirtualTimer {
    const owner = this.#owner;
    const timer = new VirtualTimer(++this.#lastTimer, owner);
    const fire = () => {
      if (timer.upcoming === undefined) return; // cleared while its owner was paused
      if (again) schedule();
      else this.#clear(timer);
      callback(...args);
    };
    const due = () => owner === undefined ? fire() : owner.enter(fire);
    const schedule = () => timer.upcoming = this.#clock.at(this.#clock.now() + ms * MS, due);
    schedule();
    this.#timers.set(timer.id, timer);
    return timer;
  }

  #clear(of: unknown): void {
    const timer = of instanceof VirtualTimer ? of : this.#timers.get(Number(of));
    if (timer === undefined) return;
    timer.upcoming?.cancel();
    timer.upcoming = undefined;
    this.#timers.delete(timer.id);
  }
}

function asCallback(value: unknown): Callback {
  if (typeof value === "function") return (...args) => void Reflect.apply(value, undefined, args);
  throw new TypeError(`a timer's callback must be a function, got ${typeof value}`);
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

/** A version 4 UUID. */
function uuid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => random.int(16));
  digits[12] = 4;
  digits[16] = 8 + random.int(4);
  const text = digits.map((digit) => digit.toString(16)).join("");
  return [8, 12, 16, 20, 32].map((end, i) => text.slice([0, 8, 12, 16, 20][i], end)).join("-");
}
