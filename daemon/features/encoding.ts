import { type Panel, seriesCount } from "../data/panel.ts";

/** Weight of the overall mean in a category's mean, in values. */
const prior = 10;

/** Text of a key or static text column for each series; undefined where the panel has no such text column. */
export function seriesTexts(panel: Panel, column: string): readonly string[] | undefined {
  const key = panel.keyColumns.indexOf(column);
  if (key >= 0) return panel.keys.map((tuple) => tuple[key]!);
  const covariate = panel.static.find(({ name }) => name === column);
  if (covariate?.categories === undefined) return undefined;
  return Array.from(covariate.values, (code) => covariate.categories![code] ?? "");
}

/** Means of the target by category and moment: a row sees only what was known at its origin (Prokhorenkova et al. 2018). */
export class OrderedEncoding {
  private readonly texts: readonly string[];
  private readonly byText = new Map<string, { times: Float64Array; means: Float64Array }>();
  private readonly overall: number;

  constructor(panel: Panel, texts: readonly string[]) {
    this.texts = texts;
    const moments = new Map<string, Map<number, { sum: number; count: number }>>();
    let sum = 0;
    let count = 0;
    for (let series = 0; series < seriesCount(panel); series++) {
      const text = texts[series]!;
      const own = moments.get(text) ?? new Map<number, { sum: number; count: number }>();
      moments.set(text, own);
      const start = panel.offsets[series]!;
      for (let row = start; row < start + panel.history[series]!; row++) {
        const value = panel.target[row]!;
        if (Number.isNaN(value)) continue;
        const cell = own.get(panel.time[row]!);
        if (cell === undefined) own.set(panel.time[row]!, { sum: value, count: 1 });
        else {
          cell.sum += value;
          cell.count++;
        }
        sum += value;
        count++;
      }
    }
    this.overall = count > 0 ? sum / count : 0;
    for (const [text, own] of moments) this.byText.set(text, this.running(own));
  }

  private running(moments: ReadonlyMap<number, { sum: number; count: number }>): {
    times: Float64Array;
    means: Float64Array;
  } {
    const times = Float64Array.from(moments.keys()).sort();
    let sum = prior * this.overall;
    let count = prior;
    const means = times.map((time) => {
      const cell = moments.get(time)!;
      sum += cell.sum;
      count += cell.count;
      return sum / count;
    });
    return { times, means };
  }

  /** Mean of the series' category up to and including `time`. */
  at(series: number, time: number): number {
    const { times, means } = this.byText.get(this.texts[series]!)!;
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (times[middle]! <= time) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? Number.NaN : means[low - 1]!;
  }

  /** Final mean of every category. */
  final(): Record<string, number> {
    return Object.fromEntries([...this.byText].map(([text, { means }]) => [text, means.at(-1) ?? this.overall]));
  }
}
