/**
 * What only the simulator can do to a node: a process has its machine's clock, processor and disk.
 *
 * @module
 */

/** The part of a host of processes that refuses such faults. */
export abstract class MachineHost {
  skew(node: string): void {
    throw new Error(`${node} has the machine's clock, which only the simulator can set off`);
  }

  slow(node: string): void {
    throw new Error(`${node} is as fast as the machine: only the simulator can slow it down`);
  }

  strikeDisk(node: string): void {
    throw new Error(`${node} has the machine's disk, which only the simulator can let fail`);
  }
}
