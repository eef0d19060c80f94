/**
 * Workload `unique-ids`: every answer differs from all others, ever.
 *
 * @module
 */
import { checkUniqueIds, explainUniqueIds } from "../../checkers/unique_ids.ts";
import { completionOfError } from "../clients/completion.ts";
import { each } from "../clients/generator.ts";
import { jsonToEdn } from "../../history/json.ts";
import { UniqueIds } from "../../workloads.ts";
import type { Workload } from "./workload.ts";

const NOTHING_IDEMPOTENT: ReadonlySet<string> = new Set();

export const uniqueIds: Workload = {
  name: "unique-ids",
  description: "every id that any node gives differs from all others",
  reusableClients: true,
  generators: () => ({ main: each(() => ({ f: "generate", value: null })) }),
  open: () => async (op, call) => {
    try {
      const { id } = await call(UniqueIds.generate, {});
      return { type: "ok", value: jsonToEdn(id) };
    } catch (error) {
      return completionOfError(error, op, NOTHING_IDEMPOTENT);
    }
  },
  check: checkUniqueIds,
  explain: explainUniqueIds,
};
