import { assert, assertEquals } from "@std/assert";
import { printEdn } from "../../history/edn.ts";
import { ClientTimeout, ErrorReply, MalformedReply } from "./client.ts";
import { type Completion, completionOfError } from "./completion.ts";

const READS = ["read"];
const READ = { f: "read", value: null };
const inWords = ({ type, error = null }: Completion) => `${type} ${printEdn(error)}`;

Deno.test("a definite error fails an operation; any other error leaves it open unless it is idempotent", () => {
  const of = (error: unknown, f: string) =>
    inWords(completionOfError(error, { f, value: null }, READS));
  const reply = (code: number, text: string) =>
    new ErrorReply({ type: "cas" }, { type: "error", code, text });
  const precondition = reply(22, "not 5");
  const crash = reply(13, "oops");
  const timeout = new ClientTimeout("n0", "cas", 5_000);
  assertEquals(of(precondition, "cas"), 'fail [:precondition-failed "not 5"]');
  assertEquals(of(crash, "cas"), 'info [:crash "oops"]');
  assertEquals(of(crash, "read"), 'fail [:crash "oops"]');
  assertEquals(of(timeout, "cas"), "info :net-timeout");
  assertEquals(of(timeout, "read"), "fail :net-timeout");
  assertEquals(of(reply(1234, "own"), "cas"), 'info [:unknown "own"]');
});

Deno.test("any other exception leaves an operation open, and is recorded with it", () => {
  const reply = { type: "read_ok", messages: 1 };
  const malformed = new MalformedReply("n0", { type: "read" }, reply, "wrong");
  for (
    const { type, error, extra } of [
      completionOfError(malformed, READ, READS),
      completionOfError(malformed, READ),
    ]
  ) {
    assertEquals(type, "info");
    assert(printEdn(error ?? null).startsWith('"indeterminate: malformed reply from n0: wrong'));
    const text = printEdn(extra ?? {});
    assert(text.includes(":type clojure.lang.ExceptionInfo"), text);
    assert(text.includes(":malformed-rpc-response"), text);
  }
  assertEquals(completionOfError(new TypeError("x"), READ).type, "info");
});
