import { describe, expect, test } from "vitest";
import { conditionalErrors, whiten } from "../../../../daemon/forecasting/models/arima/arma-filter.ts";
import { ConcentratedErrors, type Filter } from "../../../../daemon/forecasting/models/arima/concentrated.ts";

const length = 60;
const order = { p: 1, d: 0, q: 1, P: 1, D: 0, Q: 0, season: 4 };
const waves = [
  (t: number) => Math.sin(t ** 2) + 0.4 * Math.cos(t / 3) + 0.02 * t,
  () => 1,
  (t: number) => Math.cos(t / 3),
];
const columns = {
  count: waves.length,
  length,
  values: Float64Array.from({ length: waves.length * length }, (_, i) => waves[Math.floor(i / length)]!(i % length)),
};
const filters: Readonly<Record<string, Filter>> = { exact: whiten, conditional: conditionalErrors };

describe.each(Object.entries(filters))("errors with the regression concentrated out, %s", (_, filter) => {
  const errors = new ConcentratedErrors(columns, order, filter);
  const point = Float64Array.of(0.4, -0.3, 0.2);
  const at = (x: Float64Array) => {
    const out = new Float64Array(length);
    expect(errors.at(x, out)).toBe(true);
    return out;
  };
  const moved = (k: number, by: number) => point.map((value, i) => (i === k ? value + by : value));
  const half = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0) / 2;

  test("leave nothing along the regressors at the point itself", () => {
    const here = at(point);
    const out = new Float64Array(length);
    expect(errors.near(point, out)).toBe(true);
    out.forEach((value, t) => {
      expect(value).toBeCloseTo(here[t]!, 10);
    });
  });

  test("have the gradient of the sum of squares from one filtered column", () => {
    const step = 1e-5;
    point.forEach((_value, k) => {
      const exact = (half(at(moved(k, step))) - half(at(moved(k, -step)))) / (2 * step);
      const here = at(point);
      const [ahead, behind] = [new Float64Array(length), new Float64Array(length)];
      errors.near(moved(k, step), ahead);
      errors.near(moved(k, -step), behind);
      const gradient = here.reduce((sum, value, t) => sum + (value * (ahead[t]! - behind[t]!)) / (2 * step), 0);
      expect(Math.abs(exact)).toBeGreaterThan(0.01);
      expect(gradient).toBeCloseTo(exact, 6);
    });
  });
});
