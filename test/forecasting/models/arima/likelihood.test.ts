import { describe, expect, test } from "vitest";
import { whiten } from "../../../../daemon/forecasting/models/arima/arma-filter.ts";
import { armaCovariance } from "../../../../daemon/forecasting/models/arima/autocovariance.ts";
import { designOf, rawCoefficients } from "../../../../daemon/forecasting/models/arima/design.ts";
import { finalPrecision, fitArma } from "../../../../daemon/forecasting/models/arima/fit.ts";
import type { ArimaOrder } from "../../../../daemon/forecasting/models/arima/order.ts";
import {
  fromPartial,
  lagPolynomials,
  psiWeights,
  toPartial,
} from "../../../../daemon/forecasting/models/arima/polynomial.ts";
import { airPassengers, lakeHuron, lynx, nile, usAccidentalDeaths } from "./series.ts";

function estimated(values: readonly number[], order: ArimaOrder, constant = false) {
  const design = designOf(Float64Array.from(values), [], order, constant);
  const found = fitArma(design, order, finalPrecision)!;
  const variance = found.sumOfSquares / (design.columns.length - found.parameters);
  return { ...found, variance, constant: rawCoefficients(design, found.regression, 0).constant };
}

// R 4.2.2, forecast 8.20: Arima(x, order, seasonal). R's likelihood has a large but finite initial variance of the differenced
// states, which moves it in the third decimal.
describe("exact likelihood against R", () => {
  test("airline model on log(AirPassengers)", () => {
    const order = { p: 0, d: 1, q: 1, P: 0, D: 1, Q: 1, season: 12 };
    const found = estimated(airPassengers.map(Math.log), order);
    expect(found.logLikelihood).toBeCloseTo(244.6995, 2);
    expect(found.coefficients.ma[0]).toBeCloseTo(-0.4018, 4);
    expect(found.coefficients.seasonalMa[0]).toBeCloseTo(-0.5569, 4);
    expect(found.aicc).toBeCloseTo(-483.21, 1);
  });

  test("AirPassengers (2,1,1)(0,1,0)", () => {
    const found = estimated(airPassengers, { p: 2, d: 1, q: 1, P: 0, D: 1, Q: 0, season: 12 });
    expect(found.aicc).toBeCloseTo(1018.165, 2);
    expect(found.coefficients.ar[0]).toBeCloseTo(0.596, 3);
    expect(found.coefficients.ar[1]).toBeCloseTo(0.2143, 3);
    expect(found.coefficients.ma[0]).toBeCloseTo(-0.9819, 3);
    expect(found.variance).toBeCloseTo(132.34, 1);
  });

  test("USAccDeaths airline model", () => {
    const found = estimated(usAccidentalDeaths, { p: 0, d: 1, q: 1, P: 0, D: 1, Q: 1, season: 12 });
    expect(found.logLikelihood).toBeCloseTo(-425.44, 2);
    expect(found.coefficients.seasonalMa[0]).toBeCloseTo(-0.5528, 3);
  });

  test("lynx ARMA(2,2) with a mean", () => {
    const found = estimated(lynx, { p: 2, d: 0, q: 2, P: 0, D: 0, Q: 0, season: 1 }, true);
    expect(found.logLikelihood).toBeCloseTo(-932.0837, 3);
    expect(found.constant).toBeCloseTo(1544.404, 1);
  });

  test("LakeHuron ARMA(1,1) with a mean", () => {
    const found = estimated(lakeHuron, { p: 1, d: 0, q: 1, P: 0, D: 0, Q: 0, season: 1 }, true);
    expect(found.logLikelihood).toBeCloseTo(-103.2453, 3);
    expect(found.coefficients.ar[0]).toBeCloseTo(0.7449, 3);
    expect(found.constant).toBeCloseTo(579.0555, 2);
  });

  test("finds the maximum of a mixed model beside the ridge where its polynomials cancel (Nile)", () => {
    const found = estimated(nile, { p: 1, d: 1, q: 1, P: 0, D: 0, Q: 0, season: 1 });
    expect(found.logLikelihood).toBeCloseTo(-630.6274, 3);
    expect(found.coefficients.ma[0]).toBeCloseTo(-0.8741, 3);
  });
});

describe("filter", () => {
  const polynomials = lagPolynomials({ ar: [0.5, -0.3], ma: [0.4], seasonalAr: [0.6], seasonalMa: [-0.5, 0.2] }, 4);

  test("whitens as the Cholesky factor of the covariance matrix does, settled or not", () => {
    const count = 40;
    const values = Float64Array.from({ length: count }, (_, i) => Math.sin(i * i) + (i % 7));
    const covariance = armaCovariance(polynomials, count)!;
    const factor: number[][] = [];
    let logDeterminant = 0;
    const expected: number[] = [];
    for (let i = 0; i < count; i++) {
      const row: number[] = [];
      for (let j = 0; j <= i; j++) {
        let sum = covariance[i - j]!;
        for (let k = 0; k < j; k++) sum -= row[k]! * (factor[j] ?? row)[k]!;
        row.push(i === j ? Math.sqrt(sum) : sum / factor[j]![j]!);
      }
      factor.push(row);
      logDeterminant += 2 * Math.log(row[i]!);
      let value = values[i]!;
      for (let k = 0; k < i; k++) value -= row[k]! * expected[k]!;
      expected.push(value / row[i]!);
    }
    for (const state of [undefined, new Float64Array(20)]) {
      const out = new Float64Array(count);
      expect(whiten({ count: 1, length: count, values }, polynomials, out, state)).toBeCloseTo(logDeterminant, 10);
      out.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i]!, 10);
      });
    }
  });

  test("covariances are those of the infinite moving average", () => {
    const psi = psiWeights(polynomials, new Float64Array(0), 4000);
    const covariance = armaCovariance(polynomials, 20)!;
    for (const lag of [0, 1, 5, 20]) {
      let sum = 0;
      for (let j = 0; j + lag < psi.length; j++) sum += psi[j]! * psi[j + lag]!;
      expect(covariance[lag]).toBeCloseTo(sum, 10);
    }
  });

  test("refuses a process that is not stationary", () => {
    const explosive = { phi: Float64Array.of(1.1), theta: new Float64Array(0) };
    const values = Float64Array.of(1, 2, 3);
    expect(whiten({ count: 1, length: 3, values }, explosive, new Float64Array(3))).toBeUndefined();
  });

  test("partial autocorrelations and coefficients invert each other", () => {
    const phi = fromPartial([0.9, -0.5, 0.3, 0.7]);
    [0.9, -0.5, 0.3, 0.7].forEach((value, i) => {
      expect(toPartial(phi)![i]).toBeCloseTo(value, 12);
    });
    expect(toPartial([2])).toBeUndefined();
  });
});
