import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ErrorSums, type Metrics, panelMetrics } from "../../daemon/forecasting/evaluation/metrics.ts";
import { metricCards } from "../../protocol/experiment/metrics.ts";
import { metricNames } from "../../protocol/experiment/schema.ts";

interface Sample {
  readonly actual: readonly number[];
  readonly forecast: readonly number[];
  readonly naiveError: number;
}

function measure(samples: readonly Sample[]): Metrics {
  const all = new ErrorSums();
  const bySeries = samples.map(({ actual, forecast, naiveError }) => {
    const sums = new ErrorSums();
    const scale = { absolute: naiveError, squared: naiveError ** 2 };
    for (const [step, value] of actual.entries()) {
      const point = forecast[step] ?? Number.NaN;
      for (const each of [all, sums]) each.add(value, point, [point], [0.5], scale);
    }
    return sums.metrics();
  });
  return panelMetrics(all.metrics(), bySeries);
}

const times = (factor: number, { actual, forecast, naiveError }: Sample): Sample => ({
  actual: actual.map((value) => value * factor),
  forecast: forecast.map((value) => value * factor),
  naiveError: naiveError * factor,
});

const small: Sample = { actual: [1, 2, 4], forecast: [2, 2, 3], naiveError: 0.5 };
const large: Sample = { actual: [900, 1_100, 1_000, 950], forecast: [870, 1_180, 1_010, 955], naiveError: 60 };
const skewed = [1, 1, 1, 1, 10];
const constant = (value: number): Sample => ({ actual: skewed, forecast: skewed.map(() => value), naiveError: 1 });

describe.each(metricNames)("what the reference says of %s is what the code does", (name) => {
  const { unit, range, over, leastAt } = metricCards[name];
  const [least, most = Number.POSITIVE_INFINITY] = range;

  test("unit: other units of the data change it, or do not", () => {
    const before = measure([small])[name];
    expect(measure([times(3, small)])[name]).toBeCloseTo(unit === "target" ? 3 * before : before, 9);
  });

  test("range: a perfect forecast has the least value, none is outside", () => {
    expect(measure([{ ...small, forecast: small.actual }])[name]).toBe(least);
    const value = fc.integer({ min: -100, max: 100 });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 9 }), (pairs) => {
        const [actual, forecast] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)];
        const measured = measure([{ actual, forecast, naiveError: 1 }])[name];
        expect(Number.isNaN(measured) || (measured >= least && measured <= most + 1e-9)).toBe(true);
      }),
    );
  });

  test("one number for several series", () => {
    const mean = (measure([small])[name] + measure([large])[name]) / 2;
    const together = measure([small, large])[name];
    if (over === "series") expect(together).toBeCloseTo(mean, 9);
    else expect(together).not.toBeCloseTo(mean, 3);
  });

  test.runIf(leastAt !== "quantiles")("least at the mean or at the median", () => {
    const [mean, median] = [measure([constant(2.8)])[name], measure([constant(1)])[name]];
    if (leastAt === "mean") expect(mean).toBeLessThan(median);
    else expect(median).toBeLessThan(mean);
  });
});
