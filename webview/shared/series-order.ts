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
  const words = query.toLocaleLowerCase("en").split(/\s+/).filter(Boolean);
  const found = facts.names
    .map((_, index) => index)
    .filter((index) => {
      const name = facts.names[index]!.toLocaleLowerCase("en");
      return words.every((word) => name.includes(word));
    });
  if (order === "name") {
    const collator = new Intl.Collator("en", { numeric: true });
    return found.sort((a, b) => collator.compare(facts.names[a]!, facts.names[b]!));
  }
  const value = sortValue(facts, order);
  const keys = new Map(found.map((index) => [index, value(index)]));
  return found.sort((a, b) => descending(keys.get(a)!, keys.get(b)!) || a - b);
}

function sortValue(facts: SeriesFacts, order: Exclude<SeriesOrder, "name">): (index: number) => number {
  if (order === "worst") return (index) => facts.error[index]!;
  if (order === "best") return (index) => -facts.error[index]!;
  if (order === "large") return (index) => facts.size?.[index] ?? Number.NaN;
  return (index) => facts.error[index]! / (facts.baselineError?.[index] ?? Number.NaN);
}

function descending(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return b - a;
}
