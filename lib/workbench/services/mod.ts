/**
 * The services every network offers to nodes.
 *
 * @module
 */
import type { Network } from "../network.ts";
import type { Random } from "../random.ts";

/** Registers each service under its id. */
export function startServices(_network: Network, _random: Random): void {
}
