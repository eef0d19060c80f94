import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  anomaliesForbiddenBy,
  boundary,
  impliedAnomalies,
  KNOWN_MODELS,
  splitModelsAsMaelstrom,
} from "./models.ts";

Deno.test("Maelstrom splits models only at a comma with blanks on both sides", () => {
  assertEquals(splitModelsAsMaelstrom("read-committed , serializable"), [
    "read-committed",
    "serializable",
  ]);
  assertEquals(splitModelsAsMaelstrom("read-committed,serializable"), [
    "read-committed,serializable",
  ]);
});

Deno.test("only models that no history of transactions contradicts forbid nothing", () => {
  assertEquals(KNOWN_MODELS.length, 54);
  const nothing = KNOWN_MODELS.filter((model) => anomaliesForbiddenBy([model]).size === 0);
  assertEquals(nothing, [
    "1SR",
    "PRAM",
    "causal",
    "linearizable",
    "monotonic-reads",
    "monotonic-writes",
    "read-your-writes",
    "sequential",
    "session-serializable",
    "view-serializable",
    "writes-follow-reads",
  ]);
});

Deno.test("models forbid what the literature says", () => {
  const cycles = ["G0", "G1c", "G-single-item", "G-nonadjacent-item", "G2-item"];
  const others = ["G1a", "G1b", "internal", "lost-update", "dirty-update", "incompatible-order"];
  const forbidden = (model: string) => {
    const all = anomaliesForbiddenBy([model]);
    return [...cycles, ...others].filter((type) => all.has(type)).join(" ");
  };
  const readCommitted = "G1a G1b dirty-update incompatible-order";
  assertEquals(forbidden("read-uncommitted"), "G0");
  assertEquals(forbidden("read-committed"), `G0 G1c ${readCommitted}`);
  assertEquals(
    forbidden("read-atomic"),
    "G0 G1c G1a G1b internal dirty-update incompatible-order",
  );
  assertEquals(
    forbidden("cursor-stability"),
    "G0 G1c G1a G1b lost-update dirty-update incompatible-order",
  );
  assertEquals(
    forbidden("snapshot-isolation"),
    "G0 G1c G-single-item G-nonadjacent-item G1a G1b internal lost-update dirty-update " +
      "incompatible-order",
  );
  assertEquals(
    forbidden("repeatable-read"),
    "G0 G1c G-single-item G-nonadjacent-item G2-item G1a G1b lost-update dirty-update " +
      "incompatible-order",
  );
  assertEquals(forbidden("serializable"), [...cycles, ...others].join(" "));
});

Deno.test("process order matters only to strong-session models, real time only to strong ones", () => {
  const forbids = (model: string, type: string) => anomaliesForbiddenBy([model]).has(type);
  assertFalse(forbids("serializable", "G-single-item-process"));
  assert(forbids("strong-session-serializable", "G-single-item-process"));
  assertFalse(forbids("strong-session-serializable", "G-single-item-realtime"));
  assert(forbids("strict-serializable", "G2-item-realtime"));
  assert(forbids("strong-snapshot-isolation", "G-nonadjacent-item-realtime"));
  assertFalse(forbids("strong-snapshot-isolation", "G2-item-realtime"));
});

Deno.test("anomalies draw the line between models as Maelstrom's results do", () => {
  assertEquals(boundary(["G-nonadjacent-item"]), {
    not: ["repeatable-read", "snapshot-isolation"],
    alsoNot: [
      "serializable",
      "strong-serializable",
      "strong-session-serializable",
      "strong-session-snapshot-isolation",
      "strong-snapshot-isolation",
    ],
  });
  assertEquals(boundary(["lost-update"]).not, ["cursor-stability", "update-atomic"]);
  assertEquals(boundary(["G-single-item-realtime"]), {
    not: ["strong-snapshot-isolation"],
    alsoNot: ["strong-serializable"],
  });
  assertEquals(boundary([]), { not: [], alsoNot: [] });
});

Deno.test("a special case of an anomaly is also the general one", () => {
  assert(impliedAnomalies(["G-single-item"]).isSupersetOf(new Set(["G-nonadjacent", "G2-item"])));
  assertFalse(impliedAnomalies(["G1c"]).has("G-single-item"));
});
