/**
 * Majorities: the mathematics of Raft's decisions, which knows nothing of Raft.
 *
 * Any two majorities of the same voters share one. So what a majority has acknowledged, every later
 * majority knows through at least one of its members.
 *
 * @module
 */

/** The least number of voters that is a majority of so many. */
function majorityOf(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/** The highest number that a majority has reached; each voter's progress is one of the numbers. */
export function reachedByMajority(progress: readonly number[]): number {
  const descending = progress.toSorted((a, b) => b - a);
  return descending[majorityOf(progress.length) - 1] ?? 0;
}

/** What a ballot has come to. */
type Outcome = "won" | "lost" | "open";

/** Counts a ballot among so many voters, of which some have yet to vote. */
export function countVotes(votes: Iterable<boolean>, voters: number): Outcome {
  let [granted, refused] = [0, 0];
  for (const vote of votes) {
    if (vote) granted++;
    else refused++;
  }
  if (granted >= majorityOf(voters)) return "won";
  return voters - refused < majorityOf(voters) ? "lost" : "open";
}
