/** A member of an ensemble as far as its fit on all data takes time. */
export interface TimedMember {
  /** Seconds of work that its fit is expected to be. */
  readonly seconds: number;
  /** A model of single series: it cannot end early. */
  readonly local: boolean;
}

/** Seconds a fit has at least. */
const leastSeconds = 0.5;

/** How much longer than expected models of single series may take, and their share of the time at most. */
const [localSlack, mostForLocal] = [1.3, 0.6];

/**
 * Seconds of the `seconds` of so many `workers` for the fit of a member that is a model of all series, by the seconds it is expected to take. Such a model can
 * end early and models of single series cannot: what those are expected to take is kept for them, and the rest is divided in proportion. Where no member waits
 * for another each has all of it.
 */
export function globalShare(
  members: readonly TimedMember[],
  workers: number,
  seconds: number,
): (expected: number) => number {
  if (members.length <= workers) return () => seconds;
  const sumOf = (some: readonly TimedMember[]): number => some.reduce((sum, one) => sum + one.seconds, 0);
  const local = Math.min(
    localSlack * sumOf(members.filter((member) => member.local)),
    mostForLocal * seconds * workers,
  );
  const total = sumOf(members.filter((member) => !member.local));
  return (expected) => Math.max(leastSeconds, ((seconds * workers - local) * expected) / total);
}
