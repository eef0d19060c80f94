/**
 * Workload `echo`: the node says what it was told.
 *
 * @module
 */
import { checkEcho, explainEcho, projectEcho } from "../../checkers/echo.ts";
import { completionOfError } from "../clients/completion.ts";
import { anyThread } from "../clients/generator.ts";
import { bodyToEdn } from "../../history/json.ts";
import { Echo } from "../../workloads.ts";
import type { Workload } from "./workload.ts";

const NOTHING_IDEMPOTENT: ReadonlySet<string> = new Set();

export const echo: Workload = {
  name: "echo",
  description: "a node replies with what it was sent",
  reusableClients: false,
  generators: (_options, random) => ({
    main: anyThread(random, () => ({ f: "echo", value: `Please echo ${random.int(128)}` })),
  }),
  open: () => async (op, call) => {
    try {
      const reply = await call(Echo.echo, { echo: String(op.value) });
      return { type: "ok", value: bodyToEdn(reply) };
    } catch (error) {
      return completionOfError(error, op, NOTHING_IDEMPOTENT);
    }
  },
  check: checkEcho,
  explain: explainEcho,
  comparable: projectEcho,
};
