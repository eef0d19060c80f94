/**
 * The globals of time and chance, owned by a simulation while it runs.
 *
 * Programs read time from `setTimeout` and `Date.now` and draw from `Math.random`; here these follow
 * a virtual clock and a seeded generator, and every call counts for the node that has the turn.
 *
 * Some things a simulation cannot own, and a simulated program must not use: what Node.js modules
 * export (`timers`, `crypto`, `process` and the like), `MessageChannel`, the time that `Intl` reads by
 * itself, and `WeakRef`, which depends on the garbage collector. `deno task sim` refuses files that
 * import the first two modules. Of the rest, a node that sends something when it does not have
 * the turn gives itself away; anything else may go unnoticed. The local time zone is the machine's.
 *
 * @module
 */
import { NS_PER_MS } from "../history/operations.ts";
import type { Clock } from "../workbench/clock/clock.ts";
import type { Random } from "../workbench/random.ts";
import type { Owner } from "./owner.ts";
import { formatLog, type Functions, INPUT_OUTPUT, PROCESS, TIMER_REFERENCES } from "./platform.ts";
import { VirtualTimers } from "./virtual_timers.ts";

/** A simulation begins on Saturday 1 January 2000, 00:00 UTC. */
const EPOCH_MS = Date.UTC(2000, 0, 1);

/** A program did real input or output, which a simulation can neither time nor repeat. */
export class RealInputOutput extends Error {
  override readonly name = "RealInputOutput";

  constructor(did: string) {
    super(`a simulated program ${did}: real input and output have no place in virtual time`);
  }
}

/** Thrown where a program ends its process, so that nothing after that line runs. */
export class ProcessExit extends Error {
  override readonly name = "ProcessExit";
}

const WEB_INPUT_OUTPUT: readonly Functions[] = [
  { holder: globalThis, label: "", names: ["fetch", "WebSocket", "EventSource", "Worker"] },
  {
    holder: crypto.subtle,
    label: "crypto.subtle.",
    names: ["digest", "encrypt", "decrypt", "sign", "verify", "generateKey", "deriveBits"],
  },
];

const CONSOLE = ["log", "info", "debug", "warn", "error", "trace", "dir", "table"] as const;

/** Replaces the globals on construction; {@linkcode VirtualGlobals.restore} gives them back. */
export class VirtualGlobals {
  readonly #clock: Clock;
  readonly #outside: Random;
  readonly #timers: VirtualTimers;
  readonly #saved: (() => void)[] = [];
  #violation: RealInputOutput | undefined;
  #owner: Owner | undefined;

  /** @param outside Draws while no owner has the turn. */
  constructor(clock: Clock, outside: Random) {
    this.#clock = clock;
    this.#outside = outside;
    this.#timers = new VirtualTimers(clock, () => this.#owner);
    this.#install();
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

  #install(): void {
    this.#ownTimers();
    this.#ownClocks();
    this.#ownChance();
    this.#divertConsole();
    this.#refuseInputOutput();
    this.#catchRejections();
  }

  #ownTimers(): void {
    const timers = this.#timers;
    for (const [name, repeat] of [["setTimeout", false], ["setInterval", true]] as const) {
      this.#replace(
        globalThis,
        name,
        (callback: unknown, ms: unknown, ...args: unknown[]) =>
          timers.set(callback, ms, { args, repeat }),
      );
    }
    this.#replace(
      globalThis,
      "setImmediate",
      (callback: unknown, ...args: unknown[]) => timers.setImmediate(callback, args),
    );
    for (const name of ["clearTimeout", "clearInterval", "clearImmediate"]) {
      this.#replace(globalThis, name, (id: unknown) => timers.clear(id));
    }
    for (const name of TIMER_REFERENCES.names) {
      this.#replace(TIMER_REFERENCES.holder, name, () => {});
    }
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
    this.#replace(performance, "now", () => this.#clock.nowNs() / NS_PER_MS);
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
    this.#replace(crypto, "randomUUID", () => drawUuid(random()));
  }

  #refuseInputOutput(): void {
    for (const functions of [...WEB_INPUT_OUTPUT, INPUT_OUTPUT]) this.#forbid(functions);
    const { exit } = PROCESS;
    this.#replace(
      PROCESS,
      "exit",
      (code = 0) => this.#owner === undefined ? exit(code) : this.#exit(code),
    );
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

  /** Keeps a node alive when a promise of it rejects unhandled, as `serve` does. */
  #catchRejections(): void {
    const unhandled = (event: PromiseRejectionEvent) => {
      if (this.#owner === undefined) return;
      event.preventDefault();
      this.#owner.failed(event.reason);
    };
    globalThis.addEventListener("unhandledrejection", unhandled);
    this.#saved.push(() => globalThis.removeEventListener("unhandledrejection", unhandled));
  }

  /** Refuses functions that take real time: they would return at another virtual time every run. */
  #forbid({ holder, label, names }: Functions): void {
    for (const name of names) {
      if (!(name in holder)) continue;
      const refuse = () => {
        throw this.#violation ??= new RealInputOutput(`called ${label}${name}`);
      };
      this.#replace(holder, name, function () {
        refuse(); // not an arrow function: programs call some of these with `new`
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

function drawUuid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => random.int(16));
  digits[12] = 4;
  digits[16] = 8 + random.int(4);
  const text = digits.map((digit) => digit.toString(16)).join("");
  return [8, 12, 16, 20, 32].map((end, i) => text.slice([0, 8, 12, 16, 20][i], end)).join("-");
}
