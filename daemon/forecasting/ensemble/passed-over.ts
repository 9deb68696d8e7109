import type { Contender, Winner } from "./winner.ts";

/**
 * The contender that leads the leaderboard, if the winner is another one that scored worse: its fit on all data would have
 * taken longer than there was time. Undefined if the winner is the best, or holds the best.
 */
export function passedOver(winner: Winner, list: readonly Contender[]): Contender | undefined {
  const [leader] = list;
  if (leader === undefined) return undefined;
  const held = winner.members.some(({ candidate }) => candidate.id === leader.trial.candidate.id);
  const better = winner.parts.length === leader.parts.length && winner.score <= leader.score;
  return held || better ? undefined : leader;
}
