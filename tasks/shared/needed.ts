/**
 * Programs that others are, and that something here is better with.
 *
 * @module
 */

interface Needed {
  readonly command: string;
  readonly flag: string;
  /** What is not there without it. */
  readonly without: string;
  readonly apt: string;
  readonly brew: string;
}

/** What real Maelstrom runs on, by command, how to ask for its version, and where it is from. */
export const NEEDED: readonly Needed[] = [
  {
    command: "java",
    flag: "-version",
    without: "Maelstrom does not start",
    apt: "default-jre",
    brew: "openjdk",
  },
  {
    command: "gnuplot",
    flag: "--version",
    without: "there are no plots",
    apt: "gnuplot",
    brew: "gnuplot",
  },
  {
    command: "dot",
    flag: "-V",
    without: "there are no pictures of anomalies",
    apt: "graphviz",
    brew: "graphviz",
  },
];
