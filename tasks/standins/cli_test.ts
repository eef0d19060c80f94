import { assertEquals, assertThrows } from "@std/assert";
import * as std from "@std/cli";
import { ProgressBar } from "@std/cli/unstable-progress-bar";
import * as standIn from "./cli/mod.ts";
import { ProgressBar as ProgressBarStandIn } from "./cli/unstable_progress_bar.ts";

const { parseArgs, unicodeWidth } = standIn;

type Parse = (args: readonly string[], options?: standIn.ParseOptions) => unknown;

const parsers: [name: string, parse: Parse][] = [
  ["stand-in", (args, options = {}) => parseArgs(args, options)],
  // The real type parameters are more than a test of any option can name.
  ["@std/cli", (args, options) => Reflect.apply(std.parseArgs, undefined, [args, options])],
];

/** Both parsers read the arguments so. */
function assertParsed(
  line: string,
  options: standIn.ParseOptions,
  expected: Record<string, unknown>,
): void {
  for (const [name, parse] of parsers) {
    assertEquals(parse(line.split(" "), options), expected, `${name}: ${line}`);
  }
}

Deno.test("arguments without options are read as what they look like", () => {
  assertParsed("run --a --b 5 --c=x=y -d -ef 0x10 -n5 -- --g", {}, {
    _: ["run", "--g"],
    a: true,
    b: 5,
    c: "x=y",
    d: true,
    e: true,
    f: 16,
    n: 5,
  });
  assertParsed("--no-a --a.b.c=1 - 1e3", {}, { _: ["-", 1000], "no-a": true, a: { b: { c: 1 } } });
  assertParsed("-a=5 -b - -c--x", {}, { _: [], a: 5, b: "-", c: "--x" });
});

Deno.test("strings stay strings, booleans take no value", () => {
  assertParsed("--s 5 --b x", { string: "s", boolean: ["b"] }, { _: ["x"], s: "5", b: true });
  assertParsed("--s --b=false", { string: ["s"], boolean: "b" }, { _: [], s: "", b: false });
  assertParsed("x 5", { string: ["_", "s"], boolean: ["b"] }, { _: ["x", "5"], b: false });
  assertParsed("--b false --b2 true", { boolean: ["b", "b2"] }, { _: [], b: false, b2: true });
  assertParsed("--a x --b=y -c z", { boolean: true }, { _: ["x"], a: true, b: "y", c: "z" });
});

Deno.test("options that may come more than once are gathered", () => {
  const options = { collect: ["c", "d", "s", "b"], string: ["s"], boolean: ["b"] };
  assertParsed("--c 1 --c x", options, { _: [], c: [1, "x"], s: [], b: [] });
  assertParsed("--s 1 --b --b", options, { _: [], s: ["1"], b: [true, true] });
  assertParsed("--x 1 --x 2", {}, { _: [], x: 2 });
});

Deno.test("only negatable options can be negated", () => {
  const options = { boolean: ["a", "b"], negatable: ["a"], default: { a: true, b: true } };
  assertParsed("--no-a --no-b", options, { _: [], a: false, b: true, "no-b": true });
});

Deno.test("defaults and aliases", () => {
  const options = { string: ["rate"], alias: { rate: ["r", "q"] }, default: { rate: "10", n: 1 } };
  assertParsed("-r 5", options, { _: [], rate: "5", r: "5", q: "5", n: 1 });
  assertParsed("x", options, { _: ["x"], rate: "10", r: "10", q: "10", n: 1 });
  assertParsed("-v x", { boolean: ["verbose"], alias: { verbose: "v" } }, {
    _: ["x"],
    v: true,
    verbose: true,
  });
});

Deno.test("what follows a double dash, or the first argument, can be kept apart", () => {
  assertParsed("a --b -- --c 5", { "--": true }, { _: ["a"], b: true, "--": ["--c", "5"] });
  assertParsed("--a 1 run --b 2", { stopEarly: true }, { _: ["run", "--b", "2"], a: 1 });
});

Deno.test("what no option names is shown to a function, which may refuse it", () => {
  for (const [, parse] of parsers) {
    const calls: unknown[] = [];
    const unknown = (...call: unknown[]) => {
      calls.push(call);
      return call[0] !== "--no-such";
    };
    const args = parse(["--rate", "5", "--no-such", "x", "y", "-v"], { string: ["rate"], unknown });
    assertEquals(args, { _: ["y"], rate: "5", v: true });
    assertEquals(calls, [["--no-such", "no-such", "x"], ["y"], ["-v", "v", true]]);
    assertThrows(
      () =>
        parse(["--bad"], {
          unknown: (arg) => {
            throw new Error(`unknown option ${arg}`);
          },
        }),
      Error,
      "unknown option --bad",
    );
  }
});

Deno.test("no argument changes what all objects have", () => {
  for (const [, parse] of parsers) {
    parse(["--__proto__.polluted", "1", "--constructor.prototype.polluted=1"]);
    assertEquals(Reflect.get({}, "polluted"), undefined);
  }
});

Deno.test("widths in columns", () => {
  const widths: [string, number][] = [
    ["hello", 5],
    ["天地玄黃", 8],
    ["ｆｕｌｌ", 8],
    ["한국어", 6],
    ["ひらがな", 8],
    ["голубой", 7],
    ["e\u0301", 1],
    ["🦕", 2],
    ["🇩🇪", 2],
    ["#-█░▏✓✗→", 8],
    ["\x1b\n", 0],
    ["", 0],
  ];
  for (const [text, width] of widths) {
    assertEquals(unicodeWidth(text), width, `stand-in: ${text}`);
    assertEquals(std.unicodeWidth(text), width, `@std/cli: ${text}`);
  }
});

/** What a bar writes in full. */
async function drawn(
  Bar: typeof ProgressBar | typeof ProgressBarStandIn,
  options: Partial<ConstructorParameters<typeof ProgressBarStandIn>[0]>,
  use: (bar: ProgressBar | ProgressBarStandIn) => void = () => {},
): Promise<string> {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
  const text = new Response(readable).text();
  const bar = new Bar({ writable, max: 1, interval: 60_000, keepOpen: false, ...options });
  use(bar);
  await bar.stop();
  return await text;
}

for (
  const [name, Bar] of Object.entries({ "stand-in": ProgressBarStandIn, "@std/cli": ProgressBar })
) {
  Deno.test(`${name}: a progress bar is drawn at its start and at its end`, async () => {
    const options = { max: 100 * 1024, barLength: 10 };
    assertEquals(
      await drawn(Bar, options, (bar) => bar.value += 50 * 1024),
      "\r\x1b[K[00:00] [----------] [0.00/100.00 KiB]" +
        "\r\x1b[K[00:00] [#####-----] [50.00/100.00 KiB]\n",
    );
  });

  Deno.test(`${name}: a progress bar's units, fill and end`, async () => {
    const options = { max: 3 * 1024 ** 2, value: 9 * 1024 ** 2, barLength: 3, clear: true };
    assertEquals(
      await drawn(Bar, { ...options, fillChar: "=", emptyChar: " " }),
      "\r\x1b[K[00:00] [===] [9.00/3.00 MiB]\r\x1b[K",
    );
  });

  Deno.test(`${name}: a progress bar's formatter gets the figures`, async () => {
    const formatter = ({ value, max, previousValue }: Record<string, unknown>) =>
      `${previousValue}→${value}/${max}`;
    const shown = await drawn(Bar, { formatter: (at) => formatter({ ...at }), max: 7, value: 2 });
    assertEquals(shown, "\r\x1b[K2→2/7\r\x1b[K2→2/7\n");
  });
}
