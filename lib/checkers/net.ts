/**
 * Maelstrom's `:net`: how many messages a run took, in all and for each operation. It is always
 * valid.
 *
 * @module
 */
import { type EdnObject, float32 } from "../history/edn.ts";
import type { Result } from "./checker.ts";

/** How many messages were sent and received. */
interface Counts {
  readonly sent: number;
  readonly received: number;
}

/**
 * Reports what a network has carried.
 *
 * @param traffic Messages from or to clients, and all others.
 * @param invocations Operations that clients invoked.
 */
export function checkNet(
  traffic: { readonly clients: Counts; readonly servers: Counts },
  invocations: number,
): Result {
  const { clients, servers } = traffic;
  const all = {
    sent: clients.sent + servers.sent,
    received: clients.received + servers.received,
  };
  const counts = ({ sent, received }: Counts): EdnObject => ({
    "send-count": sent,
    "recv-count": received,
    "msg-count": sent,
  });
  const perOp = ({ sent }: Counts): EdnObject =>
    invocations === 0 ? {} : { "msgs-per-op": float32(sent / invocations) };
  return {
    "all": { ...counts(all), ...perOp(all) },
    "clients": counts(clients),
    "servers": { ...counts(servers), ...perOp(servers) },
    "valid?": true,
  };
}
