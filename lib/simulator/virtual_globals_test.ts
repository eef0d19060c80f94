import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { deadline, delay } from "@std/async";
import { promisify } from "node:util";
import type { Program } from "../node.ts";
import { NS_PER_MS } from "../history/operations.ts";
import { sleep } from "../workbench/clock/clock.ts";
import { VirtualClock } from "../workbench/clock/virtual_clock.ts";
import { scenario } from "../testing/mod.ts";
import { Random } from "../workbench/random.ts";
import { inVirtualTime } from "./simulate_once.ts";
import { RealInputOutput, VirtualGlobals } from "./virtual_globals.ts";
import { VirtualTimers } from "./virtual_timers.ts";

/** Virtual time begins here. */
const EPOCH_MS = Date.UTC(2000, 0, 1);

const idle: Program = () => {};

/** Does some work in virtual time, without any node. */
const virtually = <T>(work: (clock: VirtualClock) => Promise<T>, seed = 1): Promise<T> =>
  inVirtualTime(idle, seed, ({ clock }) => work(clock));

/** Every global that a simulation owns, with its holder. */
const OWNED: [object, string[]][] = [
  [globalThis, ["setTimeout", "setInterval", "setImmediate", "Date", "fetch", "WebSocket"]],
  [globalThis, ["clearTimeout", "clearInterval", "clearImmediate", "Worker"]],
  [Performance.prototype, ["now"]],
  [Math, ["random"]],
  [AbortSignal, ["timeout"]],
  [Crypto.prototype, ["getRandomValues", "randomUUID"]],
  [SubtleCrypto.prototype, ["digest", "generateKey"]],
  [Temporal.Now, ["instant", "plainDateTimeISO", "timeZoneId", "zonedDateTimeISO"]],
  [Deno, ["readTextFile", "open", "connect", "Command", "unrefTimer", "refTimer"]],
];

const descriptors = () =>
  OWNED.map(([holder, names]) =>
    names.map((
      name,
    ) => [name, Object.getOwnPropertyDescriptor(holder, name)?.value, name in holder])
  );

Deno.test("a simulation owns every global while it runs, and gives it back unchanged", async () => {
  const before = descriptors();
  const during = await virtually(() => Promise.resolve(descriptors()));
  for (const [i, group] of during.entries()) {
    for (const [j, [name, value]] of group.entries()) {
      assert(value !== before[i]?.[j]?.[1], `${name} is not owned`);
    }
  }
  assertEquals(descriptors(), before);
});

Deno.test("the globals come back when the work throws", async () => {
  const before = descriptors();
  await assertRejects(() => virtually(() => Promise.reject(new Error("broken"))), Error, "broken");
  await assertRejects(() => virtually(() => new Promise(() => {})), Error, "nothing is scheduled");
  assertEquals(descriptors(), before);
});

Deno.test("all clocks follow virtual time, which begins with the year 2000", async () => {
  const readings = await virtually(async () => {
    const before = new Date();
    await delay(1_500);
    return [
      before.toISOString(),
      new Date().toISOString(),
      Date.now() - EPOCH_MS,
      performance.now(),
      Temporal.Now.instant().epochMilliseconds - EPOCH_MS,
      Temporal.Now.plainTimeISO().toString(),
      Date().slice(0, 15),
    ];
  });
  assertEquals(readings, [
    "2000-01-01T00:00:00.000Z",
    "2000-01-01T00:00:01.500Z",
    1_500,
    1_500,
    1_500,
    "00:00:01.5",
    new Date(EPOCH_MS).toString().slice(0, 15),
  ]);
});

Deno.test("the constructor of a Date gives virtual time, however a program finds it", async () => {
  const times = await virtually(() => {
    class Later extends Date {}
    const { constructor } = new Date();
    return Promise.resolve([
      Number(Reflect.construct(constructor, [])),
      Number(new Later()),
      Date.prototype.constructor === Date,
      performance.timeOrigin,
    ]);
  });
  assertEquals(times, [EPOCH_MS, EPOCH_MS, true, EPOCH_MS]);
  assert(Date.prototype.constructor === Date, "it is back");
});

Deno.test("a Date made from fields is an ordinary one", async () => {
  const [year, parsed, same] = await virtually(() => {
    const date = new Date(2024, 1, 29);
    return Promise.resolve([date.getFullYear(), Date.parse("1970-01-01"), date instanceof Date]);
  });
  assertEquals([year, parsed, same], [2024, 0, true]);
});

Deno.test("timers fire in order of time, with their arguments, and can be cleared", async () => {
  const fired = await virtually(async () => {
    const fired: string[] = [];
    setTimeout((...words: string[]) => fired.push(words.join(" ")), 20, "with", "arguments");
    setTimeout(() => fired.push("sooner"), 10);
    clearTimeout(setTimeout(() => fired.push("cleared"), 5));
    clearTimeout(Number(setTimeout(() => fired.push("cleared by its number"), 5)));
    setImmediate(() => fired.push("immediate"));
    clearImmediate(setImmediate(() => fired.push("cleared immediate")));
    clearTimeout(undefined);
    await delay(100);
    return fired;
  });
  assertEquals(fired, ["immediate", "sooner", "with arguments"]);
});

Deno.test("an interval repeats until it is cleared, even by its own callback", async () => {
  const times = await virtually(async () => {
    const times: number[] = [];
    const interval = setInterval(() => {
      if (times.push(performance.now()) === 3) clearInterval(interval);
    }, 30);
    await delay(1_000);
    return times;
  });
  assertEquals(times, [30, 60, 90]);
});

Deno.test("a timer of zero takes a millisecond, so that polling does not stop time", async () => {
  const polls = await virtually(async () => {
    let [polls, done] = [0, false];
    setTimeout(() => done = true, 50);
    for (; !done; polls++) await delay(0);
    return polls;
  });
  assertEquals(polls, 50);
});

Deno.test("a timer's callback must be a function", async () => {
  const text: string = "alert()";
  await virtually(() => {
    assertThrows(() => Reflect.apply(setTimeout, undefined, [text, 1]), TypeError, "got string");
    return Promise.resolve();
  });
});

Deno.test("AbortSignal.timeout and @std/async's deadline work in virtual time", async () => {
  const [reason, early, late] = await virtually(async () => {
    const signal = AbortSignal.timeout(200);
    await delay(199);
    const early = signal.aborted;
    await delay(2);
    const late = await deadline(new Promise(() => {}), 60_000).catch((error) => error.name);
    return [signal.reason.name, early, `${late} at ${performance.now()}`];
  });
  assertEquals([reason, early, late], ["TimeoutError", false, "TimeoutError at 60201"]);
});

Deno.test("a timeout too long for a timer fires at once, as in Deno", async () => {
  await virtually(async () => {
    for (const ms of [2 ** 31, Infinity]) await new Promise((resolve) => setTimeout(resolve, ms));
    assertEquals(performance.now(), 2);
  });
});

Deno.test("random values fill the given view and nothing beside it", async () => {
  await virtually(() => {
    const bytes = new Uint8Array(64);
    crypto.getRandomValues(bytes.subarray(16, 48));
    assertEquals(bytes.subarray(0, 16), new Uint8Array(16));
    assertEquals(bytes.subarray(48), new Uint8Array(16));
    assert(bytes.some((byte) => byte !== 0));
    return Promise.resolve();
  });
});

Deno.test("one seed draws the same values everywhere, another seed draws others", async () => {
  const draw = (seed: number) =>
    virtually(
      () =>
        Promise.resolve([
          Math.random(),
          crypto.randomUUID(),
          ...crypto.getRandomValues(new Uint32Array(2)),
        ]),
      seed,
    );
  assertEquals(await draw(7), await draw(7));
  const [a, b] = [await draw(7), await draw(8)];
  for (const [i, value] of a.entries()) assert(value !== b[i]);
  assert(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(String(a[1])),
  );
});

Deno.test("real input and output fails the simulation by name, even if the program catches the error", async () => {
  const attempts: [string, () => unknown][] = [
    ["fetch", () => fetch("http://localhost")],
    ["Deno.readTextFile", () => Deno.readTextFile("deno.json")],
    ["crypto.subtle.digest", () => crypto.subtle.digest("SHA-256", new Uint8Array())],
    ["Deno.readTextFileSync", () => Deno.readTextFileSync("deno.json")],
    ["Deno.openSync", () => Deno.openSync("deno.json")],
    ["Deno.realPathSync", () => Deno.realPathSync(".")],
    ["Deno.Command", () => new Deno.Command("true")],
    ["WebSocket", () => new WebSocket("ws://localhost")],
    ["Worker", () => new Worker("data:,", { type: "module" })],
    ["BroadcastChannel", () => new BroadcastChannel("name")],
    ["MessageChannel", () => new MessageChannel()],
    ["Blob.prototype.text", () => new Blob().text()],
    ["performance.mark", () => performance.mark("name")],
    ["console.time", () => console.time()],
    ["WebAssembly.compile", () => WebAssembly.compile(new Uint8Array())],
    ["Atomics.wait", () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)],
    ["Deno.memoryUsage", () => Deno.memoryUsage()],
    ["Deno.hostname", () => Deno.hostname()],
    ["process.uptime", () => process.uptime()],
    ["process.chdir", () => process.chdir("/")],
  ];
  for (const [name, attempt] of attempts) {
    const caught = virtually(async (clock) => {
      assertThrows(attempt, RealInputOutput, name);
      await sleep(clock, 1);
    });
    await assertRejects(() => caught, RealInputOutput, `called ${name}`);
  }
});

/** Lets a node do something in its turn, and resolves to what it makes of it. */
async function inTurn<T>(act: () => T | Promise<T>): Promise<T | undefined> {
  let made: T | undefined;
  const acting: Program = (node) => node.onInit(async () => void (made = await act()));
  await scenario(acting, {}, (world) => world.pass(1_000));
  return made;
}

Deno.test("what differs in every process is refused by name when a node reads it", async () => {
  const attempts: [string, () => unknown][] = [
    ["Deno.pid", () => Deno.pid],
    ["Deno.stdout", () => Deno.stdout.writeSync(new Uint8Array())],
    ["process.pid", () => process.pid],
    ["process.stdout", () => process.stdout],
    ["process.getBuiltinModule", () => process.getBuiltinModule("node:crypto")],
    ["navigator.hardwareConcurrency", () => navigator.hardwareConcurrency],
  ];
  for (const [name, attempt] of attempts) {
    await assertRejects(() => inTurn(attempt), RealInputOutput, `read ${name}`);
  }
  const isBack = [Deno.pid, process.pid, navigator.hardwareConcurrency, process.uptime()];
  assert(isBack.every((value) => value > 0), "afterwards, all of them are real again");
});

Deno.test("dates, files, timers and process of Node.js follow virtual time", async () => {
  const seen = await inTurn(async () => {
    await promisify(setTimeout)(100);
    const format = new Intl.DateTimeFormat("en", { year: "numeric", timeZone: "UTC" });
    return {
      formatted: [format.format(), format.format(0)],
      parts: format.formatToParts(),
      fileMs: new File([], "name").lastModified - EPOCH_MS,
      ns: process.hrtime.bigint() % 1_000_000_000n,
      sinceNs: process.hrtime([0, 0])[1],
    };
  });
  assertEquals(seen?.formatted, ["2000", "1970"]);
  assertEquals(seen?.parts, [{ type: "year", value: "2000" }]);
  assertEquals(Number(seen?.ns), seen?.sinceNs);
  assertEquals(seen?.fileMs, Math.floor(Number(seen?.ns) / NS_PER_MS));
});

Deno.test("no variable of the environment is set, and weak references hold", async () => {
  const seen = await inTurn(() => [
    Deno.env.get("PATH"),
    process.env["PATH"],
    new WeakRef(Array).deref() === Array,
    new FinalizationRegistry(() => {}).register(Array, 1),
  ]);
  assertEquals(seen, [undefined, undefined, true, undefined]);
  assert(Deno.env.get("PATH") !== undefined, "it is back");
});

Deno.test("a timer can be refreshed, and ends with its scope", async () => {
  const times = await virtually(async () => {
    const times: number[] = [];
    const later = setTimeout(() => times.push(performance.now()), 100);
    {
      using _scoped = setTimeout(() => times.push(-1), 10);
    }
    await delay(60);
    later.refresh();
    await delay(200);
    later.refresh(); // has fired
    await delay(200);
    return times;
  });
  assertEquals(times, [160]);
});

Deno.test("clearing an owner's timers leaves none, and skew moves its wall clock alone", async () => {
  const clock = new VirtualClock(() => globals.leave());
  const globals = new VirtualGlobals(clock, new Random(1));
  const seen: string[] = [];
  const owner = {
    random: new Random(2),
    skewMs: -250,
    enter: (callback: () => void) => globals.giveTurn(owner, callback),
    failed: () => {},
    say: () => {},
    exit: () => {},
  };
  try {
    await clock.run(async () => {
      clock.at(0, () =>
        owner.enter(() => {
          const look = () => seen.push(`${Date.now() - EPOCH_MS} ${performance.now()}`);
          setTimeout(look, 300);
          setTimeout(look, 600);
        }));
      await sleep(clock, 500 * NS_PER_MS);
      globals.clearTimers(owner);
      await sleep(clock, 500 * NS_PER_MS);
    });
  } finally {
    globals.restore();
  }
  assertEquals(seen, ["50 300"]);
});

Deno.test("a program that sets timers without end is told so before it takes all memory", () => {
  const clock = { nowNs: () => 0, at: () => ({ cancel: () => {} }) };
  const timers = new VirtualTimers(clock, () => undefined);
  const set = () => timers.set(() => {}, 1_000);
  for (let i = 0; i < 1_000_000; i++) set();
  assertThrows(set, RangeError, "more than 1,000,000 timers are set");
});
