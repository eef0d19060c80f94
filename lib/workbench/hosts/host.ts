/**
 * A host runs nodes: each as a process of its own, or all of them in this one.
 *
 * @module
 */
import type { DiskFault } from "../faults/kinds.ts";
import type { Packet } from "../network/packet.ts";

/** Something that went wrong with a node, beyond what the history shows. */
export interface Problem {
  /** The id of the node. */
  readonly node: string;
  /** Nanoseconds since the start of the run. */
  readonly timeNs: number;
  /** What the node did and what was expected instead: a sentence or two. */
  readonly text: string;
  /** What follows from it in Maelstrom, which would not say so. */
  readonly consequence?: string;
  /** The offending line, all of it, where there is one. */
  readonly line?: string;
  /** Where in the line its fault is: the index of a character. */
  readonly at?: number;
  /** Whether the history tells of it too: a reply of the wrong form. */
  readonly isInHistory?: boolean;
  /** Whether nothing that the node says is heard from here on. */
  readonly isUnread?: boolean;
  /** Of what the node wrote last to standard error, the lines that tell most. */
  readonly lastWords?: readonly string[];
}

/** An agent on another machine, the nodes that it runs, and how far away it is. */
export interface AgentWay {
  /** The agent's name. */
  readonly agent: string;
  /** The nodes' ids. */
  readonly nodes: readonly string[];
  /** Measurements of the way there and back. */
  readonly roundTripsMs: readonly number[];
}

export interface NodeEvents {
  wrote(node: string, line: string): void;
  /**
   * A node sent a message whose envelope is known to be well-formed. `text` is all of its JSON;
   * `cause` is the id of the packet that the node was handling, where the host knows.
   */
  sent(node: string, src: string, dest: string, text: string, cause?: number): void;
  logged(node: string, line: string): void;
  /** A node's disk did something that a perfect one would not, such as taking time. */
  disk?(node: string, did: string): void;
  /** A node did something wrong that does not end the run. */
  misbehaved(node: string, did: string, consequence: string): void;
  exited(node: string, how: string): void;
  /** The host itself failed, which ends the run. */
  failed(error: unknown): void;
}

export interface Host {
  /** Starts a node. Resolves once messages can be delivered to it. */
  start(node: string, events: NodeEvents): void | Promise<void>;
  deliver(node: string, packet: Packet): void;
  /** Ends a node at once, without warning. Resolves once it can be started again. */
  kill(node: string): void | Promise<void>;
  /** Stops a node until it is resumed; its input waits. */
  pause(node: string): void;
  resume(node: string): void;
  /** Sets a node's wall clock off by that much from now on. */
  skew(node: string, skewMs: number): void;
  /** Makes all that a node does from now on that late, after a timer or a message, as if busy. */
  slow(node: string, lateMs: number): void;
  /** Lets the next sync of a node's disk fail, leaves no space on it, or makes space again. */
  strikeDisk(node: string, fault: DiskFault): void;
  /** The last lines that a node wrote to its log, oldest first. */
  lastWords(node: string): readonly string[];
  /** Why nothing is heard of a node, as far as its output shows; nothing where it does not. */
  explainSilence(node: string): string | undefined;
  /** Ends all nodes and whatever they started. */
  stop(): Promise<void>;
  /** Who runs the nodes, if they are on other machines. */
  readonly ways?: readonly AgentWay[];
}
