import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  Char,
  type Edn,
  EdnError,
  EdnReader,
  Float,
  keyword,
  List,
  parseEdn,
  printEdn,
  Sym,
  Tagged,
} from "./edn.ts";
import { BigInteger, Decimal, Ratio } from "./numbers.ts";
import { canonical } from "./equality.ts";

/** Texts that print as they are read. */
const FORMS: [text: string, value: Edn][] = [
  ["nil", null],
  ["[true false]", [true, false]],
  ["-12", -12],
  ["0.5", 0.5],
  ["1.0", new Float(1)],
  ["-0.0", new Float(-0)],
  ["1.0E300", new Float(1e300)],
  ["##Inf", Infinity],
  ["##-Inf", -Infinity],
  ["[##NaN]", [NaN]],
  ["9007199254740993", 9007199254740993n],
  ["12N", new BigInteger(12n)],
  ["1.50M", new Decimal(150n, 2)],
  ["1E+2M", new Decimal(1n, -2)],
  ["1E-7M", new Decimal(1n, 7)],
  ["-3/2", new Ratio(-3n, 2n)],
  ['"a\\"b\\n"', 'a"b\n'],
  ['"é日本😀"', "é日本😀"],
  ["[\\a \\newline \\space \\é]", ["a", "\n", " ", "é"].map((unit) => new Char(unit))],
  [":read", keyword("read")],
  [":a/b", keyword("a/b")],
  ["clojure.lang.ExceptionInfo", new Sym("clojure.lang.ExceptionInfo")],
  ["[+ - / a' .5 <=]", ["+", "-", "/", "a'", ".5", "<="].map((name) => new Sym(name))],
  ["{:type :ok, :value nil}", { type: keyword("ok"), value: null }],
  ['{"k" 1, 2 []}', new Map<Edn, Edn>([["k", 1], [2, []]])],
  ["{:1 2, :0 3}", new Map<Edn, Edn>([[keyword("1"), 2], [keyword("0"), 3]])],
  ["{:__proto__ 1}", new Map<Edn, Edn>([[keyword("__proto__"), 1]])],
  ["{1 :a, 1.0 :b}", new Map<Edn, Edn>([[1, keyword("a")], [new Float(1), keyword("b")]])],
  ["(1 [2] #{3})", new List([1, [2], new Set([3])])],
  ["()", new List()],
  ["#jepsen.history.Op{:index 0}", new Tagged("jepsen.history.Op", { index: 0 })],
  ['#inst "2020-01-01T00:00:00.000-00:00"', new Tagged("inst", "2020-01-01T00:00:00.000-00:00")],
];

for (const [text, value] of FORMS) {
  Deno.test(`EDN is read and printed as in Clojure: ${text}`, () => {
    assertEquals(parseEdn(text), value);
    assertEquals(printEdn(value), text);
  });
}

/** Texts with the form in which Clojure prints what it reads. */
const READ_AS: [text: string, printed: string][] = [
  ["[1;c\n2]", "[1 2]"],
  ["[1;c\r2]", "[1 2]"],
  ["{:a ##NaN}", "{:a ##NaN}"],
  ["^{:a 1} [1]", "[1]"],
  ['^:a ^String #^"b" (1)', "(1)"],
  ["[#_ 1 2 #_ #_ 3 4]", "[2]"],
  ["[1,,2\t3\u20284]", "[1 2 3 4]"],
  ['#:a{:b 1 :_/c 2 d 3 "e" 4 :f/g 5}', '{:a/b 1, :c 2, a/d 3, "e" 4, :f/g 5}'],
  ["[\\u0041\\o101\\(\\,]", "[\\A \\A \\( \\,]"],
  ['"\\u00e9\\101\\7"', '"éA\\u0007"'],
  ["[+1 -0 00 017 0x1F -0xf 2r101 36rZz]", "[1 0 0 15 31 -15 5 1295]"],
  ["[1. 1e3 -1E-5 09.5 1e400]", "[1.0 1000.0 -1.0E-5 9.5 ##Inf]"],
  ["[4/2 -6/4 0/5]", "[2 -3/2 0]"],
  ["[1.M 100E3M]", "[1M 1.00E+5M]"],
  ["## NaN", "##NaN"],
  ['#uuid "F81D4FAE-7dec-11d0-a765-00a0c91e6bf6"', '#uuid "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"'],
  ['#inst "2020-06-01T12:30+05:30"', '#inst "2020-06-01T07:00:00.000-00:00"'],
  ['[1"a"2 :b[]c]', '[1 "a" 2 :b [] c]'],
  ["a#b", "a#b"],
];

for (const [text, printed] of READ_AS) {
  Deno.test(`EDN is read as in Clojure: ${JSON.stringify(text)}`, () => {
    assertEquals(printEdn(parseEdn(text)), printed);
  });
}

const REFUSED = [
  ...["", "  ", ";c", "#_ 1", "[", "(1", "{:a", '"a', '"\\', "#", "\\", "^:a", "#a", "#_", "1 2"],
  ...["]", "[}", "(]", "{1}", "{:a}", "#{1 1}", "#{1 1N}", "{1 2 1 3}", "#{[1] (1)}", "#{1M 1.0M}"],
  ...["08", "1a", "1.5e", "1/0", "2/4N", "1r1", "37r1", "0xZ", "1+1", "-1-", "٣"],
  ...["a:", "::a", "a::b", "a/", "/a", ":a/1", ":", "@a", "a@b", "`a", "~a", "\u00a0:"],
  ...['"\\q"', '"\\u12"', '"\\400"', '"\\8"', '"\\12a"', "\\abc", "\\u12", "\\ud800", "\\o400"],
  ...["##Foo", "##1", "#()", "#'a", "#!a", "#<a>", "# a 1", "#1 2", "#::a{}", "#:a[1]", "#:a/b{}"],
  ...["^1 [1]", "^:a 1", "^:a :b", '#inst "2019-02-29"', "#inst 5", '#uuid "0F"'],
];

for (const text of REFUSED) {
  Deno.test(`EDN is refused as by Clojure: ${JSON.stringify(text)}`, () => {
    assertThrows(() => parseEdn(text), EdnError, "not EDN");
  });
}

Deno.test("an error says what is wrong and where, by line, column and byte", () => {
  const error = assertThrows(() => parseEdn('{:a "é"\n :b [1 2}'), EdnError);
  assertEquals([error.line, error.column, error.offset], [2, 9, 17]);
  assertEquals(error.message, 'not EDN, line 2, column 9: "}" where "]" should close the value');
  assertThrows(
    () => parseEdn("{:a\n [1"),
    EdnError,
    'line 2, column 2: the text ends within a value whose "[" is',
  );
  assertThrows(() => parseEdn("[1 2] 3"), EdnError, "line 1, column 7: a second value");
  assertThrows(() => parseEdn("[".repeat(1e5)), EdnError, "nested more than 1000 deep");
});

Deno.test("keywords of one name are the same object", () => {
  assertStrictEquals(parseEdn(":broadcast"), keyword("broadcast"));
});

/** Reads all values of a text that arrives in pieces of some sizes, in turn. */
function readInPieces(text: string, sizes: readonly number[]): Edn[] {
  const bytes = new TextEncoder().encode(text);
  const reader = new EdnReader();
  const values: Edn[] = [];
  const take = () => {
    for (let value = reader.next(); value !== undefined; value = reader.next()) values.push(value);
  };
  for (let from = 0, turn = 0; from < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    reader.push(bytes.subarray(from, from += size));
    take();
  }
  reader.end();
  take();
  return values;
}

const name = fc.stringMatching(/^[a-z*!?<=>+-][a-z0-9*!?'.#-]{0,6}$/)
  .filter((text) => !/^[-+]\d|^(nil|true|false)$/.test(text));

const scalar: fc.Arbitrary<Edn> = fc.oneof(
  fc.constantFrom(null, true, false, Infinity, new Float(-0), new Ratio(1n, 3n)),
  fc.maxSafeInteger(),
  fc.bigInt().filter((value) => !Number.isSafeInteger(Number(value))),
  fc.double({ noNaN: true }).map((value) => Number.isInteger(value) ? new Float(value) : value),
  fc.bigInt().map((value) => new BigInteger(value)),
  fc.tuple(fc.bigInt(), fc.integer({ min: -20, max: 20 })).map(([n, scale]) =>
    new Decimal(n, scale)
  ),
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  name.map(keyword),
  name.map((text) => new Sym(text)),
  fc.constantFrom("a", "\n", " ", "(", "\\", "é").map((unit) => new Char(unit)),
);

const value: fc.Arbitrary<Edn> = fc.letrec<{ value: Edn }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie("value")),
    fc.array(tie("value")).map((items) => new List(items)),
    fc.uniqueArray(tie("value"), { selector: canonical }).map((items) => new Set(items)),
    fc.uniqueArray(fc.tuple(tie("value"), tie("value")), { selector: ([key]) => canonical(key) })
      .map((entries) => new Map(entries)),
    fc.dictionary(name, tie("value"), { noNullPrototype: true }),
    fc.tuple(name.filter((tag) => /^[a-z]/.test(tag)), tie("value"))
      .map(([tag, inner]) => new Tagged(tag, inner)),
  ),
})).value;

Deno.test("what is printed is read again, however the text is cut", () => {
  fc.assert(fc.property(
    fc.array(value, { maxLength: 5 }),
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
    (values, sizes) => {
      const text = values.map(printEdn).join("\n;comment\n");
      assertEquals(readInPieces(text, sizes).map(printEdn), values.map(printEdn));
    },
  ));
});

Deno.test("whatever a text holds, it is read, or refused with a position", () => {
  const soup = fc.array(fc.constantFrom(..."[](){}#^\\\";:/_'@~, \n01aNM+-.eé"), { maxLength: 12 });
  fc.assert(
    fc.property(soup, (characters) => {
      try {
        parseEdn(characters.join(""));
      } catch (error) {
        if (!(error instanceof EdnError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
