import type { MetricName } from "../../../protocol/experiment/schema.ts";
import { median } from "../numerics/quantile.ts";
import type { ErrorScale } from "./scale.ts";

/** One value per metric; NaN where the metric is not defined on these values. */
export type Metrics = Readonly<Record<MetricName, number>>;

/** Values and scales below this count as zero: squared errors divided by their squares would leave the range of a double. */
const tiny = 1e-100;

/**
 * Sums from which every metric is computed. Values enter one forecast at a time, so that the same sums serve one series,
 * one horizon step or everything.
 */
export class ErrorSums {
  #count = 0;
  #absoluteError = 0;
  #squaredError = 0;
  #absoluteActual = 0;
  #symmetric = 0;
  readonly #percentages: number[] = [];
  #scaledCount = 0;
  #scaledAbsolute = 0;
  #scaledSquared = 0;
  #pinball = 0;
  #scaledPinball = 0;

  /** Adds one actual with its forecast; missing actuals do not count. `quantiles[k]` belongs to `levels[k]`. */
  add(actual: number, point: number, quantiles: readonly number[], levels: readonly number[], scale: ErrorScale): void {
    if (Number.isNaN(actual) || Number.isNaN(point)) return;
    const error = Math.abs(actual - point);
    const size = Math.abs(actual) + Math.abs(point);
    this.#count++;
    this.#absoluteError += error;
    this.#squaredError += error * error;
    this.#absoluteActual += Math.abs(actual);
    this.#symmetric += size > tiny ? (2 * error) / size : 0;
    if (Math.abs(actual) > tiny) this.#percentages.push(error / Math.abs(actual));
    const loss = pinballLoss(actual, quantiles, levels);
    this.#pinball += loss;
    if (scale.absolute > tiny) {
      this.#scaledCount++;
      this.#scaledAbsolute += error / scale.absolute;
      this.#scaledSquared += (error * error) / scale.squared;
      this.#scaledPinball += loss / scale.absolute;
    }
  }

  /** Number of actuals that were compared. */
  get size(): number {
    return this.#count;
  }

  /**
   * Every metric of what was added. Percentages are in percent; MAPE and MdAPE leave out actuals of zero, the scaled errors
   * leave out series whose scale is zero; a metric without any value is NaN, never infinite.
   */
  metrics(): Metrics {
    const count = this.#count;
    const scaledCount = this.#scaledCount;
    const rmse = Math.sqrt(ratio(this.#squaredError, count));
    return {
      mae: ratio(this.#absoluteError, count),
      rmse,
      mape: 100 * ratio(sum(this.#percentages), this.#percentages.length),
      smape: 100 * ratio(this.#symmetric, count),
      wape: 100 * ratio(this.#absoluteError, this.#absoluteActual),
      mase: ratio(this.#scaledAbsolute, scaledCount),
      rmsse: Math.sqrt(ratio(this.#scaledSquared, scaledCount)),
      mdape: 100 * median(this.#percentages),
      nrmse: rmse / positive(ratio(this.#absoluteActual, count)),
      wql: ratio(this.#pinball, this.#absoluteActual),
      sql: ratio(this.#scaledPinball, scaledCount),
    };
  }
}

/**
 * Metrics of a whole panel from those of its series and those of all values together: the scaled errors are means over
 * series (M4, M5), sMAPE too (M4); the others are over all values.
 */
export function panelMetrics(all: Metrics, bySeries: readonly Metrics[]): Metrics {
  const mean = (metric: MetricName): number => {
    const values = bySeries.map((metrics) => metrics[metric]).filter((value) => !Number.isNaN(value));
    return ratio(sum(values), values.length);
  };
  return { ...all, smape: mean("smape"), mase: mean("mase"), rmsse: mean("rmsse"), sql: mean("sql") };
}

/**
 * Twice the pinball loss, averaged over the levels: the numerator of the weighted quantile loss (GluonTS, M4 probabilistic).
 */
function pinballLoss(actual: number, quantiles: readonly number[], levels: readonly number[]): number {
  let loss = 0;
  for (let k = 0; k < levels.length; k++) {
    const error = actual - quantiles[k]!;
    loss += 2 * Math.max(levels[k]! * error, (levels[k]! - 1) * error);
  }
  return loss / levels.length;
}

function ratio(numerator: number, denominator: number): number {
  const value = denominator > tiny ? numerator / denominator : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}

function positive(value: number): number {
  return value > tiny ? value : Number.NaN;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
