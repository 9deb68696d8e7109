import { describe, expect, test } from "vitest";
import { isForecastable } from "../../../../daemon/forecasting/models/ets/admissible.ts";
import { autoEts } from "../../../../daemon/forecasting/models/ets/auto-ets.ts";
import type { EtsFit } from "../../../../daemon/forecasting/models/ets/fit.ts";
import { startForm } from "../../../../daemon/forecasting/models/ets/fit.ts";
import { filterEts, forecastEts } from "../../../../daemon/forecasting/models/ets/forecast.ts";
import { candidateForms, type EtsForm, formName } from "../../../../daemon/forecasting/models/ets/form.ts";
import { EtsLikelihood } from "../../../../daemon/forecasting/models/ets/likelihood.ts";
import { adaptEts, fitForm, selectEts } from "../../../../daemon/forecasting/models/ets/select.ts";
import { meanOf } from "../../../../daemon/forecasting/models/forecast.ts";
import { normalStream } from "../../../../daemon/forecasting/numerics/random.ts";
import { airPassengers, lakeHuron, nile, usAccidentalDeaths } from "../arima/series.ts";
import { contextOf, panelOf, seasonalSeries } from "../panels.ts";

const passengers = Float64Array.from(airPassengers);
const search = {
  period: 12,
  multiplicative: true,
  multiplicativeTrend: false,
  damped: undefined,
  trend: undefined,
};

function form(text: string): EtsForm {
  const [error, trend, season] = text.split(",") as [string, string, string];
  return {
    error: error as EtsForm["error"],
    trend: trend[0] as EtsForm["trend"],
    damped: trend.length > 1,
    season: season as EtsForm["season"],
  };
}

/** A fit of R's `ets`: its initial seasons s0 … s10 run backwards from the value before the first. */
function fromR(
  name: string,
  [alpha, beta, gamma, level, slope, variance]: readonly number[],
  seasons: readonly number[],
): EtsFit {
  const parts = form(name);
  const rest = (parts.season === "M" ? 12 : 0) - seasons.reduce((sum, value) => sum + value, 0);
  return {
    form: parts,
    period: 12,
    alpha: alpha!,
    beta: beta!,
    gamma: gamma!,
    phi: 1,
    level: level!,
    slope: slope!,
    seasons: [...seasons, rest].reverse(),
    variance: variance!,
    aicc: 0,
    logLikelihood: 0,
  };
}

// R 4.2.2, forecast 8.20: forecast(ets(AirPassengers, "MAM", damped = FALSE), 24) and the same for "AAA".
describe("forecasts with R's parameters", () => {
  test("ETS(M,A,M): exact mean and variance", () => {
    const fit = fromR(
      "M,A,M",
      [0.3949968505, 0.0107004419, 0.3995392024, 122.375426, 1.107366582, 0.001582148135],
      [
        0.9000411199, 0.7826691071, 0.9013680439, 1.04761777, 1.153706799, 1.183031402, 1.083995121, 0.9786588988,
        1.033161643, 1.08075691, 0.9522478842,
      ],
    );
    const { mean, quantiles } = forecastEts(fit, filterEts(passengers, fit), 14, [0.1]);
    expect(mean[0]).toBeCloseTo(448.9737672, 5);
    expect(mean[13]).toBeCloseTo(458.3404812, 5);
    expect(quantiles[0]).toBeCloseTo(426.0872017, 5);
    expect(quantiles[13]).toBeCloseTo(410.5004839, 5);
  });

  test("ETS(A,A,A): exact mean and variance", () => {
    const fit = fromR(
      "A,A,A",
      [0.9934803629, 0.0001911791595, 0.0005800325143, 120.9607625, 1.393399829, 325.6970381],
      [
        -29.18156959, -54.38416622, -20.71687164, 15.0726619, 65.15539603, 66.1846394, 33.58222906, -4.232029894,
        -8.094607008, -3.820470374, -34.33642181,
      ],
    );
    const { mean, quantiles } = forecastEts(fit, filterEts(passengers, fit), 14, [0.1]);
    expect(mean[0]).toBeCloseTo(437.2862726, 5);
    expect(quantiles[0]).toBeCloseTo(414.1580111, 5);
    expect(quantiles[13]).toBeCloseTo(360.4988116, 5);
  });
});

describe("estimation", () => {
  // AICc of R's ets() on AirPassengers for each form; a better optimum is smaller.
  test.each([
    ["A,N,N", 1733.958184],
    ["A,A,N", 1737.729388],
    ["A,N,A", 1568.609078],
    ["A,A,A", 1570.728838],
    ["M,N,M", 1465.064394],
    ["M,A,M", 1403.664381],
    ["M,Ad,M", 1400.638432],
    ["M,M,M", 1402.684592],
  ])("of ETS(%s) on AirPassengers reaches R's AICc or better", (name, aicc) => {
    const fit = fitForm(passengers, form(name), 12)!;
    expect(fit.aicc).toBeLessThan(aicc + 0.001);
    expect(fit.aicc).toBeGreaterThan(aicc - 70);
  });

  // R: ets(Nile) 1458.551916, ets(LakeHuron) 396.9330539, ets(USAccDeaths) 1148.716099.
  test.each([
    { series: "Nile", values: nile, period: 1, form: "ETS(M,N,N)", aicc: 1458.551916, better: 0.01 },
    { series: "LakeHuron", values: lakeHuron, period: 1, form: "ETS(A,N,N)", aicc: 396.9330539, better: 0.01 },
    { series: "USAccDeaths", values: usAccidentalDeaths, period: 12, form: "ETS(A,N,A)", aicc: 1148.716099, better: 6 },
  ])("chooses R's form for $series", ({ values, period, form, aicc, better }) => {
    const fit = selectEts(Float64Array.from(values), { ...search, period });
    expect(formName(fit.form)).toBe(form);
    expect(fit.aicc).toBeLessThan(aicc + 0.001);
    expect(fit.aicc).toBeGreaterThan(aicc - better);
  });

  test("chooses the form that fitting every form would choose", () => {
    for (const seed of [1, 2, 3, 4]) {
      const values = Float64Array.from(seasonalSeries(84, seed));
      const forms = candidateForms({ ...search, positive: true });
      const smallest = Math.min(...forms.map((each) => fitForm(values, each, 12)?.aicc ?? Number.POSITIVE_INFINITY));
      expect(selectEts(values, search).aicc).toBeCloseTo(smallest, 2);
    }
  });

  test("finds the parameters of a simulated process again", () => {
    const next = normalStream(3);
    let level = 500;
    const values = Float64Array.from({ length: 3000 }, () => {
      const error = 5 * next();
      const value = level + error;
      level += 0.3 * error;
      return value;
    });
    const fit = fitForm(values, form("A,N,N"), 1)!;
    expect(fit.alpha).toBeCloseTo(0.3, 1);
    expect(Math.sqrt(fit.variance)).toBeCloseTo(5, 0);
  });
});

describe("the likelihood", () => {
  test.each(["A,N,N", "M,Ad,N", "A,Ad,A", "M,A,A", "M,N,M", "M,Ad,M", "M,Md,M", "M,M,N"])(
    "of ETS(%s) has the gradient of its finite differences",
    (name) => {
      const y = passengers.map((value) => value / 280);
      const likelihood = new EtsLikelihood(y, form(name), 12);
      const x = startForm(y, form(name), 12)!.points[0]!.slice();
      likelihood.setSmoothing(x, 0.31, 0.07, 0.22, 0.9);
      const gradient = new Float64Array(likelihood.size);
      likelihood.expand(x, gradient, new Float64Array(likelihood.size ** 2));
      gradient.forEach((slope, i) => {
        const [before, after] = [x.slice(), x.slice()];
        before[i]! -= 1e-6;
        after[i]! += 1e-6;
        const difference = (likelihood.value(after) - likelihood.value(before)) / 2e-6;
        expect(Math.abs(slope - difference)).toBeLessThan(1e-5 * (1 + Math.abs(difference)));
      });
    },
  );

  test("rejects parameters that never forget the start", () => {
    // R: forecast:::admissible(0.9, 0.85, 0.05, 0.98, 12) is false, (0.2, 0.01, 0.1, 0.98, 12) is true.
    expect(isForecastable(0.9, 0.85, 0.05, 0.98, 12)).toBe(false);
    expect(isForecastable(0.2, 0.01, 0.1, 0.98, 12)).toBe(true);
  });
});

describe("forms", () => {
  test("are R's fifteen on positive seasonal data, and the additive six of them on others", () => {
    expect(candidateForms({ ...search, positive: true }).map(formName)).toHaveLength(15);
    const additive = candidateForms({ ...search, positive: false });
    expect(additive.map(formName)).toEqual([
      "ETS(A,N,N)",
      "ETS(A,N,A)",
      "ETS(A,A,N)",
      "ETS(A,Ad,N)",
      "ETS(A,A,A)",
      "ETS(A,Ad,A)",
    ]);
    expect(
      selectEts(
        passengers.map((value) => value - 200),
        search,
      ).form.error,
    ).toBe("A");
  });

  test("with a multiplicative trend are simulated the same way every time", () => {
    const growing = Float64Array.from({ length: 60 }, (_, i) => 10 * 1.05 ** i * (1 + 0.02 * Math.sin(7 * i)));
    const fit = fitForm(growing, form("M,M,N"), 1)!;
    const first = forecastEts(fit, filterEts(growing, fit), 12, [0.1, 0.5, 0.9]);
    expect(forecastEts(fit, filterEts(growing, fit), 12, [0.1, 0.5, 0.9]).quantiles).toEqual(first.quantiles);
    expect(first.mean[11]! / growing[59]!).toBeCloseTo(1.05 ** 12, 1);
  });
});

describe("newer history", () => {
  test("that begins elsewhere gets start states of its own", () => {
    const fit = fitForm(passengers, form("M,A,M"), 12)!;
    const cut = passengers.subarray(17);
    const restarted = adaptEts(cut, fit, false);
    expect(restarted.alpha).toBe(fit.alpha);
    const { mean } = forecastEts(restarted, filterEts(cut, restarted), 12, []);
    const whole = forecastEts(fit, filterEts(passengers, fit), 12, []).mean;
    mean.forEach((value, i) => {
      expect(Math.abs(value / whole[i]! - 1)).toBeLessThan(0.1);
    });
  });
});

describe("series that a form does not suit", () => {
  test("get plain smoothing once newer history is no longer positive", () => {
    const fit = fitForm(passengers, form("M,A,M"), 12)!;
    expect(adaptEts(passengers, fit, true)).toBe(fit);
    const newer = Float64Array.from([...passengers, 0, 400]);
    expect(formName(adaptEts(newer, fit, true).form)).toBe("ETS(A,N,N)");
  });

  test("do not run away after an outlier of a million", () => {
    const next = normalStream(8);
    const values = Float64Array.from({ length: 45 }, (_, i) => (i === 20 ? 1e6 : 1 + 0.01 * next()));
    const fit = selectEts(values, { ...search, period: 4 });
    const { mean } = forecastEts(fit, filterEts(values, fit), 40, []);
    for (const value of mean) expect(Math.abs(value)).toBeLessThan(1e7);
  });
});

describe("long seasons", () => {
  test("are taken out before smoothing where they are strong, and left alone where they are noise", async () => {
    const year = Array.from({ length: 208 }, (_, i) => 50 + 30 * Math.sin((2 * Math.PI * i) / 52));
    const next = normalStream(9);
    const noise = Array.from({ length: 208 }, () => 50 + 5 * next());
    const context = contextOf({ horizon: 26, gap: 0, seasons: [52] });
    const panel = panelOf([year, noise], { frequency: { unit: "week", multiple: 1 }, futureSteps: 26 });
    const fitted = await autoEts.fit(panel, autoEts.options.parse({}), context);
    const forecast = await fitted.predict(panel, context);
    meanOf(forecast, 0).forEach((value, i) => {
      expect(Math.abs(value - year[i]!)).toBeLessThan(5);
    });
    for (const value of meanOf(forecast, 1)) expect(Math.abs(value - 50)).toBeLessThan(5);
  });
});
