/** One harmonic of a season: a pair of sine and cosine with `cycle` cycles a season. */
export interface Harmonic {
  readonly season: number;
  readonly cycle: number;
}

/** Harmonics of every season up to `limit` each, shortest season first; frequencies that a shorter season has are left out. */
export function harmonicsOf(seasons: readonly number[], limit: number): Harmonic[] {
  return seasons.flatMap((season, index) => {
    const shorter = seasons.slice(0, index);
    const count = Math.min(limit, Math.floor(season / 2));
    return Array.from({ length: count }, (_, i) => i + 1)
      .filter((cycle) => shorter.every((other) => (cycle * other) % season !== 0))
      .map((cycle) => ({ season, cycle }));
  });
}

/** Number of regressors of a harmonic: at two steps a cycle the sine vanishes. */
export function widthOf({ season, cycle }: Harmonic): 1 | 2 {
  return 2 * cycle === season ? 1 : 2;
}

/** Cosine and (unless it vanishes) sine of a harmonic at `count` steps from step `start` on. */
export function harmonicColumns(harmonic: Harmonic, start: number, count: number): Float64Array[] {
  const { season, cycle } = harmonic;
  const table = Float64Array.from({ length: season }, (_, i) => (2 * Math.PI * ((cycle * i) % season)) / season);
  const at = (wave: (angle: number) => number) => {
    const values = table.map(wave);
    const first = ((start % season) + season) % season;
    return Float64Array.from({ length: count }, (_, i) => values[(first + i) % season]!);
  };
  return widthOf(harmonic) === 1 ? [at(Math.cos)] : [at(Math.cos), at(Math.sin)];
}
