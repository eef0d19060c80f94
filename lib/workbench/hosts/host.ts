/**
 * A host runs nodes: as processes, or in this one.
 *
 * @module
 */
import type { Packet } from "../network/network.ts";

/** What goes wrong with a node beyond what its history shows. */
export interface Problem {
  readonly node: string;
  /** ns since the start of the run */
  readonly time: number;
  /** What it did and what was expected instead: a sentence or two. */
  readonly text: string;
  /** What Maelstrom makes of it, where it would not say. */
  readonly consequence?: string;
  /** The offending line, where there is one. */
  readonly line?: string;
  /** The last lines the node wrote to standard error. */
  readonly lastWords?: readonly string[];
}

/** What a host tells the run about its nodes. */
export interface NodeEvents {
  /** A node wrote a line on its protocol stream. */
  wrote(node: string, line: string): void;
  /** A node sent a message whose envelope is known to be in order. `text` is all of its JSON. */
  sent(node: string, src: string, dest: string, text: string): void;
  /** A node wrote a line to its log. */
  logged(node: string, line: string): void;
  /** A node did something that it should not, and that does not end the run. */
  misbehaved(node: string, did: string, consequence: string): void;
  /** A node ended although nobody asked it to. */
  exited(node: string, how: string): void;
}

/** Runs nodes. */
export interface Host {
  /** Starts a node. Resolves once messages can be delivered to it. */
  start(node: string, events: NodeEvents): void | Promise<void>;
  /** Hands a message to a node. */
  deliver(node: string, packet: Packet): void;
  /** Ends a node at once, without warning. */
  kill(node: string): void | Promise<void>;
  /** Lets a node do nothing for a while; what it is sent waits. */
  pause(node: string): void;
  resume(node: string): void;
  /** Sets a node's clocks off by that much from now on. */
  skew(node: string, skewMs: number): void;
  /** The last lines a node wrote to its log, oldest first. */
  lastWords(node: string): readonly string[];
  /** Ends all nodes and whatever they started. */
  stop(): Promise<void>;
}
