/**
 * Tools for testing programs, all in virtual time: one node alone ({@linkcode TestNode}), a few nodes
 * in a network that the test disturbs ({@linkcode scenario}), time that passes when the test says so
 * ({@linkcode FakeTime}), and stories kept as text files ({@linkcode assertTranscript}).
 *
 * ```ts
 * import { Echo, type Node } from "@glomers/maelstrom";
 * import { TestNode } from "@glomers/maelstrom/testing";
 * import { assertEquals } from "@std/assert";
 *
 * function echo(node: Node): void {
 *   node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
 * }
 *
 * Deno.test("an echo node replies with what it was sent", async () => {
 *   const n0 = new TestNode(echo);
 *   assertEquals((await n0.ask(Echo.echo, { echo: "hi" })).echo, "hi");
 * });
 * ```
 *
 * They need no permission, except {@linkcode assertTranscript}, which reads a file. They run on
 * Node.js 20 and later, and on Bun, as well.
 *
 * @module
 */
export type { ProgramSource } from "../simulator/program.ts";
export type { DiskOptions } from "../workbench/faults/disks.ts";
export type { Problem } from "../workbench/hosts/host.ts";
export type { Latency, LatencyDistribution } from "../workbench/network/latency.ts";
export type { PacketEvent } from "../workbench/network/packet.ts";
export { FakeTime, settled } from "./fake_time.ts";
export { scenario, type ScenarioOptions, type Sighting, type World } from "./scenario.ts";
export { TestNode } from "./test_node.ts";
export { assertTranscript } from "./transcript.ts";
