/**
 * Workload `g-set`: a set that only grows.
 *
 * @module
 */
import { each, eachThread, type Invocation, once } from "../clients/generator.ts";
import { jsonToEdn } from "../../history/json.ts";
import { array, json, nullable, rpc } from "../../rpc.ts";
import { GSet } from "../../workloads.ts";
import { setJudge } from "./sets.ts";
import { pictureSpread } from "./spread_pictures.ts";
import { performs, readsLists, type Workload } from "./workload.ts";

const READ: Invocation = { f: "read", value: null };

/** `read` as Maelstrom takes it: elements may be anything; null stands for a list, as in Go. */
const Read = rpc(GSet.read.type, GSet.read.request, { value: nullable(array(json)) });

export const gSet: Workload = {
  ...setJudge,
  name: "g-set",
  description: "a set that only grows, the same on every node in the end",
  reusableClients: false,
  recognises: (history) => performs("add")(history) && readsLists(history),
  pictures: (subject) => pictureSpread(subject, { type: "add", field: "element" }),
  generators(_options, random) {
    let next = 0;
    return {
      main: each(() => random.chance(0.5) ? { f: "add", value: next++ } : READ),
      final: eachThread(() => once(READ)),
    };
  },
  open: () => async (op, call) => {
    if (op.f === "read") return { type: "ok", value: jsonToEdn((await call(Read, {})).value) };
    await call(GSet.add, { element: Number(op.value) });
    return { type: "ok" };
  },
};
