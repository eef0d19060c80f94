import { assertEquals } from "@std/assert";
import { fieldProblem } from "./rpc.ts";
import { Kafka, TxnListAppend, TxnRwRegister } from "./workloads.ts";

Deno.test("a register transaction reads null or integers, and writes", () => {
  const { request } = TxnRwRegister.txn;
  assertEquals(
    fieldProblem(request, { txn: [["r", 1, null], ["r", 1, 2], ["w", 1, 3]] }),
    undefined,
  );
  assertEquals(
    fieldProblem(request, { txn: [["r", 1, "2"]] }),
    '"txn[0][2]" must be an integer, got "2"',
  );
  assertEquals(
    fieldProblem(request, { txn: [["append", 1, 2]] }),
    '"txn[0][0]" must be one of "r", "w", got "append"',
  );
});

Deno.test("a list transaction reads null or lists, and appends integers", () => {
  const { request } = TxnListAppend.txn;
  const txn = [["r", 1, null], ["r", 1, []], ["r", 1, [1, 2]], ["append", 1, 3]];
  assertEquals(fieldProblem(request, { txn }), undefined);
  assertEquals(
    fieldProblem(request, { txn: [["append", 1, [3]]] }),
    '"txn[0][2]" must be an integer, got [3]',
  );
  assertEquals(
    fieldProblem(request, { txn: [["r", 1, 3]] }),
    '"txn[0][2]" must be a list, got 3',
  );
  assertEquals(
    fieldProblem(request, { txn: [["w", 1, 3]] }),
    '"txn[0][0]" must be one of "r", "append", got "w"',
  );
  assertEquals(fieldProblem(request, { txn: [7] }), '"txn[0]" must be a list of 3, got 7');
});

Deno.test("a poll's messages are pairs of offset and message by key", () => {
  const { reply } = Kafka.poll;
  assertEquals(fieldProblem(reply, { msgs: { a: [[0, 9], [1, 8]], b: [] } }), undefined);
  assertEquals(
    fieldProblem(reply, { msgs: { a: [[0]] } }),
    '"msgs.a[0]" must be a list of 2, got [0]',
  );
});
