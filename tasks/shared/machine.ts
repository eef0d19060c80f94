/**
 * The machine that commands run on.
 *
 * @module
 */
import type { Noise } from "../../lib/workbench/result.ts";

/** How many cores there are, and how many programs want one, where that may be asked. */
export function measureLoad(): Pick<Noise, "cores" | "load"> {
  const cores = navigator.hardwareConcurrency;
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "loadavg" });
  const [load] = state === "granted" ? Deno.loadavg() : [];
  return { cores, ...(load !== undefined && { load }) };
}
