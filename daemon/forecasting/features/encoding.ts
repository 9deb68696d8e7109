import { type Panel, rowsOf, seriesCount } from "../panel/panel.ts";

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

/** Sums and counts of values up to each moment. */
class RunningSums {
  readonly #cells = new Map<number, { sum: number; count: number }>();
  #times = new Float64Array(0);
  #sums = new Float64Array(0);
  #counts = new Float64Array(0);

  add(time: number, value: number): void {
    const cell = this.#cells.get(time);
    if (cell === undefined) this.#cells.set(time, { sum: value, count: 1 });
    else {
      cell.sum += value;
      cell.count++;
    }
  }

  /** Orders what was added; to be called once, before `at`. */
  finish(): void {
    this.#times = Float64Array.from(this.#cells.keys()).sort();
    let sum = 0;
    let count = 0;
    this.#sums = new Float64Array(this.#times.length);
    this.#counts = new Float64Array(this.#times.length);
    this.#times.forEach((time, i) => {
      const cell = this.#cells.get(time)!;
      sum += cell.sum;
      count += cell.count;
      this.#sums[i] = sum;
      this.#counts[i] = count;
    });
  }

  /** Sum and count of everything up to and including `time`. */
  at(time: number): { sum: number; count: number } {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#times[middle]! <= time) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? { sum: 0, count: 0 } : { sum: this.#sums[low - 1]!, count: this.#counts[low - 1]! };
  }
}

/** Means of values by text and moment, drawn to the mean of all (Prokhorenkova et al. 2018: only what came before counts). */
export class OrderedMeans {
  readonly #byText = new Map<string, RunningSums>();
  readonly #overall = new RunningSums();

  add(text: string, time: number, value: number): void {
    const own = this.#byText.get(text) ?? new RunningSums();
    this.#byText.set(text, own);
    own.add(time, value);
    this.#overall.add(time, value);
  }

  /** Orders what was added; to be called once, before any mean is asked for. */
  finish(): this {
    for (const sums of [...this.#byText.values(), this.#overall]) sums.finish();
    return this;
  }

  /** Mean of a text's values up to and including `time`: that of all for a text without any, NaN before the first value. */
  at(text: string, time: number): number {
    const all = this.#overall.at(time);
    const own = this.#byText.get(text)?.at(time) ?? { sum: 0, count: 0 };
    return all.count === 0 ? Number.NaN : (own.sum + (prior * all.sum) / all.count) / (own.count + prior);
  }

  /** Final mean of every text. */
  final(): Record<string, number> {
    const means = [...this.#byText.keys()].map((text) => [text, this.at(text, Number.POSITIVE_INFINITY)] as const);
    return Object.fromEntries(means.filter(([, mean]) => !Number.isNaN(mean)));
  }
}

/** Means of the target by the category of the series: a row sees only what was known at its origin. */
export class OrderedEncoding {
  readonly #texts: readonly string[];
  readonly #means = new OrderedMeans();

  constructor(panel: Panel, texts: readonly string[]) {
    this.#texts = texts;
    for (let series = 0; series < seriesCount(panel); series++) {
      const { start, pastEnd } = rowsOf(panel, series);
      for (let row = start; row < pastEnd; row++) {
        const value = panel.target[row]!;
        if (!Number.isNaN(value)) this.#means.add(texts[series]!, panel.time[row]!, value);
      }
    }
    this.#means.finish();
  }

  /** Mean of the series' category up to and including `time`, drawn to the mean of all; NaN before the first value. */
  at(series: number, time: number): number {
    return this.#means.at(this.#texts[series]!, time);
  }

  /** Final mean of every category. */
  final(): Record<string, number> {
    return this.#means.final();
  }
}
