/**
 * Workload `echo`: a node replies with what it was sent.
 *
 * @module
 */
import { checkEcho, explainEcho, findWrongEchoes, projectEcho } from "../../checkers/echo.ts";
import { anyThread } from "../clients/generator.ts";
import { type EdnObject, itemsOf } from "../../history/edn.ts";
import { bodyToEdn } from "../../history/json.ts";
import { Echo } from "../../workloads.ts";
import { type Figure, performs, type Workload } from "./workload.ts";

export const echo: Workload = {
  name: "echo",
  description: "a node replies with what it was sent",
  reusableClients: false,
  idempotent: [],
  generators: (_options, random) => ({
    main: anyThread(random, () => ({ f: "echo", value: `Please echo ${random.int(128)}` })),
  }),
  open: () => async (op, call) => {
    const reply = await call(Echo.echo, { echo: String(op.value) });
    return { type: "ok", value: bodyToEdn(reply) };
  },
  check: checkEcho,
  explain: explainEcho,
  evidence: findWrongEchoes,
  figures: countWrongEchoes,
  project: projectEcho,
  recognises: performs("echo"),
};

function countWrongEchoes(result: EdnObject): Figure[] {
  const { length } = itemsOf(result["errors"]);
  return [{ name: "wrong echoes", text: length === 0 ? "none" : `${length}` }];
}
