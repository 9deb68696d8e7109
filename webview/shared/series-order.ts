/** Orders that a list of series can be in. */
export const seriesOrders = [
  { id: "worst", title: "Largest error first" },
  { id: "best", title: "Smallest error first" },
  { id: "lost", title: "Furthest behind the baseline" },
  { id: "large", title: "Largest values first" },
  { id: "name", title: "By name" },
] as const;

export type SeriesOrder = (typeof seriesOrders)[number]["id"];

/** What an order needs to know of the series, one value each. */
export interface SeriesFacts {
  readonly names: readonly string[];
  readonly error: ArrayLike<number>;
  readonly baselineError: ArrayLike<number> | undefined;
  readonly size: ArrayLike<number> | undefined;
}

/** Indices of the series whose name contains every word of `query`, in the asked order; missing values come last. */
export function orderSeries(facts: SeriesFacts, query: string, order: SeriesOrder): number[] {
  const found = matching(facts.names, query);
  if (order === "name") {
    const collator = new Intl.Collator("en", { numeric: true });
    return found.sort((a, b) => collator.compare(facts.names[a]!, facts.names[b]!));
  }
  const value = sortValue(facts, order);
  const keys = Float64Array.from(facts.names, (_, index) => value(index));
  const missing = found.filter((index) => Number.isNaN(keys[index]!));
  const known = found.filter((index) => !Number.isNaN(keys[index]!));
  return [...known.sort((a, b) => keys[b]! - keys[a]! || a - b), ...missing];
}

function matching(names: readonly string[], query: string): number[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const all = Array.from(names, (_, index) => index);
  if (words.length === 0) return all;
  return all.filter((index) => {
    const name = names[index]!.toLowerCase();
    return words.every((word) => name.includes(word));
  });
}

function sortValue(facts: SeriesFacts, order: Exclude<SeriesOrder, "name">): (index: number) => number {
  if (order === "worst") return (index) => facts.error[index]!;
  if (order === "best") return (index) => -facts.error[index]!;
  if (order === "large") return (index) => facts.size?.[index] ?? Number.NaN;
  return (index) => facts.error[index]! / (facts.baselineError?.[index] ?? Number.NaN);
}
