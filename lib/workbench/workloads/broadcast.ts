/**
 * Workload `broadcast`: every value that is broadcast reaches every node.
 *
 * @module
 */
import { each, eachThread, type Invocation, once } from "../clients/generator.ts";
import { jsonToEdn } from "../../history/json.ts";
import { array, json, nullable, rpc } from "../../rpc.ts";
import { Broadcast } from "../../workloads.ts";
import { setJudge } from "./sets.ts";
import { pictureSpread } from "./spread_pictures.ts";
import { findNeighbours } from "./topology.ts";
import { performs, type Workload } from "./workload.ts";

/** `read` as Maelstrom takes it: values may be anything; null stands for a list, as in Go. */
const Read = rpc(Broadcast.read.type, Broadcast.read.request, { messages: nullable(array(json)) });

export const broadcast: Workload = {
  ...setJudge,
  name: "broadcast",
  description: "every value that is broadcast reaches every node",
  reusableClients: false,
  idempotent: ["read"],
  recognises: performs("broadcast"),
  pictures: (subject) => pictureSpread(subject, { type: "broadcast", field: "message" }),
  setUp({ topology, nodes }) {
    const neighbours = findNeighbours(topology, nodes);
    return (call) => call(Broadcast.topology, { topology: neighbours });
  },
  generators(_options, random) {
    let next = 0;
    const operation = (): Invocation =>
      random.chance(0.5) ? { f: "broadcast", value: next++ } : { f: "read", value: null };
    return {
      main: each(operation),
      final: eachThread(() => once({ f: "read", value: null, extra: { "final?": true } })),
    };
  },
  open: () => async (op, call) => {
    if (op.f === "read") return { type: "ok", value: jsonToEdn((await call(Read, {})).messages) };
    await call(Broadcast.broadcast, { message: Number(op.value) });
    return { type: "ok" };
  },
};
