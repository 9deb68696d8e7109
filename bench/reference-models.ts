import type { EtsFit } from "../daemon/forecasting/models/ets/fit.ts";
import { filterEts, forecastEts } from "../daemon/forecasting/models/ets/forecast.ts";
import { type EtsForm, formName } from "../daemon/forecasting/models/ets/form.ts";
import { fitForm, selectEts } from "../daemon/forecasting/models/ets/select.ts";
import { fitAdjusted, forecastAdjusted } from "../daemon/forecasting/models/stl/adjusted-ets.ts";
import { mstl } from "../daemon/forecasting/models/stl/mstl.ts";
import { stl, stlPlan } from "../daemon/forecasting/models/stl/stl.ts";
import { figureOf, isSeasonal, withoutFigure } from "../daemon/forecasting/models/theta/deseasonalise.ts";
import { forecastTheta } from "../daemon/forecasting/models/theta/forecast.ts";
import { fitVariant } from "../daemon/forecasting/models/theta/variant.ts";
import { hasSharedData, sharedJson, sharedLines } from "./shared-data.ts";

/**
 * Compares the statistical models with reference values of R's forecast package and statsmodels and prints one line a check:
 * `node bench/reference-models.ts`. Exit code 1 where a check that has to hold does not.
 */
interface Check {
  readonly name: string;
  /** What was found, and what was expected of it. */
  readonly found: string;
  /** Undefined where the difference is only reported. */
  readonly holds: boolean | undefined;
}

interface RSeries {
  readonly frequency: number;
  readonly y: readonly number[];
  readonly ets_auto?: { readonly method: string; readonly aicc: number };
  readonly thetaf?: { readonly mean: readonly number[] };
  readonly stlf?: { readonly mean: readonly number[] } | null;
}

interface RDecomposition {
  readonly "s.window": string;
  readonly robust: boolean;
  readonly seasonal: readonly number[];
  readonly trend: readonly number[];
  readonly remainder: readonly number[];
}

interface RReference {
  readonly series: Readonly<Record<string, RSeries>>;
  readonly stl: Readonly<Record<string, RDecomposition>>;
}

interface REtsFit {
  readonly alpha: readonly [number];
  readonly beta: readonly [number | "NaN"];
  readonly gamma: readonly [number | "NaN"];
  readonly phi: readonly [number | "NaN"];
  readonly initstate: readonly number[];
  readonly sigma2: readonly [number];
  readonly loglik: readonly [number];
  readonly forecast: readonly number[];
}

const anyForm = { multiplicative: true, multiplicativeTrend: false, damped: undefined, trend: undefined };

function largestDeviation(found: ArrayLike<number>, expected: readonly number[], relative: boolean): number {
  return expected.reduce((worst, value, i) => {
    const difference = Math.abs(found[i]! - value);
    return Math.max(worst, relative ? difference / Math.abs(value) : difference);
  }, 0);
}

function etsChoices({ series }: RReference): Check[] {
  return Object.entries(series).flatMap(([name, { y, frequency, ets_auto: expected }]) => {
    if (expected === undefined) return [];
    const fit = selectEts(Float64Array.from(y), { ...anyForm, period: frequency });
    const better = expected.aicc - fit.aicc;
    return [
      {
        name: `ets ${name}`,
        found: `${formName(fit.form)} AICc ${fit.aicc.toFixed(3)}; R ${expected.method} ${expected.aicc.toFixed(3)}`,
        holds: better > -0.01,
      },
    ];
  });
}

function thetaForecasts({ series }: RReference): Check[] {
  return Object.entries(series).flatMap(([name, { y, frequency, thetaf }]) => {
    if (!thetaf) return [];
    const past = Float64Array.from(y);
    const figure = isSeasonal(past, frequency) ? figureOf(past, frequency) : undefined;
    const adjusted = figure === undefined ? past : withoutFigure(past, figure);
    const { mean } = forecastTheta(adjusted, fitVariant(adjusted, "standard"), thetaf.mean.length);
    const found = mean.map((value, i) => value * (figure?.values[(past.length + i) % frequency] ?? 1));
    return [deviationCheck(`thetaf ${name}`, largestDeviation(found, thetaf.mean, true), 5e-3)];
  });
}

function stlForecasts({ series }: RReference): Check[] {
  return Object.entries(series).flatMap(([name, { y, frequency, stlf }]) => {
    if (!stlf) return [];
    const past = Float64Array.from(y);
    const settings = {
      periods: [frequency],
      adjustment: { robust: false, shrink: false, multiplicative: false },
      search: { ...anyForm, period: 1 },
      longest: 5000,
    };
    const { mean } = forecastAdjusted(past, fitAdjusted(past, settings), stlf.mean.length, []);
    return [deviationCheck(`stlf ${name}`, largestDeviation(mean, stlf.mean, true), undefined)];
  });
}

function deviationCheck(name: string, deviation: number, limit: number | undefined): Check {
  const found = `largest deviation ${deviation.toExponential(2)}`;
  return { name, found, holds: limit === undefined ? undefined : deviation < limit };
}

function formOf(name: string, damped: boolean): EtsForm {
  const [error, trend, season] = name as unknown as [EtsForm["error"], EtsForm["trend"], EtsForm["season"]];
  return { error, trend, season, damped: damped && trend !== "N" };
}

/** R's parameters give R's forecasts; our own estimates reach R's likelihood. */
function etsFits(file: string, data: string, period: number): Check[] {
  const results = sharedJson(`reference/statsmodels/${file}`) as Record<string, Record<string, Partial<REtsFit>>>;
  const past = Float64Array.from(
    sharedLines(`reference/statsmodels/${data}`)
      .slice(1)
      .map((line) => Number(line.split(",").at(-1))),
  );
  return Object.entries(results).flatMap(([damped, fits]) =>
    Object.entries(fits).flatMap(([name, fit]) =>
      fit.alpha === undefined ? [] : etsFit(past, formOf(name, damped === "TRUE"), fit as REtsFit, period),
    ),
  );
}

function etsFit(past: Float64Array, form: EtsForm, expected: REtsFit, period: number): Check[] {
  const number = (value: number | "NaN", other: number) => (value === "NaN" ? other : value);
  const states = form.trend === "N" ? 1 : 2;
  const fit: EtsFit = {
    form,
    period: form.season === "N" ? 1 : period,
    alpha: expected.alpha[0],
    beta: number(expected.beta[0], 0),
    gamma: number(expected.gamma[0], 0),
    phi: number(expected.phi[0], 1),
    level: expected.initstate[0]!,
    slope: states === 2 ? expected.initstate[1]! : 0,
    seasons: expected.initstate.slice(states).reverse(),
    variance: expected.sigma2[0],
    aicc: 0,
    logLikelihood: 0,
  };
  const { mean } = forecastEts({ ...fit, variance: 0 }, filterEts(past, fit), expected.forecast.length, []);
  const own = fitForm(past, form, period);
  const gain = (own?.logLikelihood ?? Number.NEGATIVE_INFINITY) - expected.loglik[0];
  // R's mean of damped forms with multiplicative season leaves the first step undamped; with a damped multiplicative trend it
  // differs in the sixth digit.
  const limit = form.damped && (form.trend === "M" || form.season === "M") ? undefined : 1e-6;
  const deviation = largestDeviation(mean, expected.forecast, true);
  return [
    deviationCheck(`${formName(form)} forecast with R's parameters`, deviation, limit),
    {
      name: `${formName(form)} likelihood`,
      found: `${gain >= 0 ? "+" : ""}${gain.toFixed(3)} against R's`,
      holds: gain > -0.01 ? true : undefined,
    },
  ];
}

function decompositions({ series, stl: expected }: RReference): Check[] {
  return Object.entries(expected).flatMap(([name, values]) => {
    // R replaces a periodic season by its means, and sorts its medians only in part where it is robust.
    if (values["s.window"] === "periodic") return [];
    const base = name.startsWith("log") ? series.AirPassengers!.y.map(Math.log) : undefined;
    const y = base ?? values.seasonal.map((value, i) => value + values.trend[i]! + values.remainder[i]!);
    const plan = stlPlan(12, Number(values["s.window"]), { robust: values.robust });
    const { season } = stl(Float64Array.from(y), plan);
    const deviation = largestDeviation(season, values.seasonal, false);
    return [deviationCheck(`stl ${name}`, deviation, values.robust ? undefined : 1e-6)];
  });
}

/** Cleveland's Fortran program on the CO2 series, robust. */
function fortranDecomposition(): Check {
  const y = Float64Array.from(sharedLines("reference/statsmodels/stl_co2.csv"), Number);
  const rows = sharedLines("reference/statsmodels/stl_test_results.csv").map((line) => line.split(","));
  const baseline = rows.filter((row) => row[0]!.trim() === "baseline").map((row) => Number(row[2]));
  const smoother = (window: number, jump: number) => ({ window, degree: 1, jump }) as const;
  const { season } = stl(y, {
    period: 12,
    seasonal: smoother(35, 4),
    trend: smoother(19, 2),
    lowPass: smoother(13, 2),
    innerLoops: 1,
    outerLoops: 2,
  });
  return deviationCheck("stl CO2 robust, Fortran", largestDeviation(season, baseline, false), 1e-9);
}

function severalSeasons(): Check {
  const rows = sharedLines("reference/statsmodels/mstl_test_results.csv")
    .slice(1)
    .map((line) => line.split(",").map(Number));
  const found = mstl(
    Float64Array.from(rows, (row) => row[0]!),
    [24, 168],
    { everyPoint: true },
  );
  const columns = [found.trend, ...found.seasons];
  const deviations = columns.map((column, i) =>
    largestDeviation(
      column,
      rows.map((row) => row[i + 1]!),
      false,
    ),
  );
  return deviationCheck("mstl Victoria's electricity", Math.max(...deviations), 1e-6);
}

function verdict({ holds }: Check): string {
  if (holds === undefined) return "      ";
  return holds ? "ok    " : "FAILED";
}

if (!hasSharedData("reference")) {
  console.log("No reference data found: set ALMANAC_BENCH_DATA to the folder of the benchmark data.");
} else {
  const reference = sharedJson("reference/r_forecast_reference.json.gz") as RReference;
  const checks = [
    ...etsChoices(reference),
    ...etsFits("fit_ets_results_seasonal.json", "fpp2_austourists.csv", 4),
    ...etsFits("fit_ets_results_nonseasonal.json", "fpp2_oil.csv", 1),
    ...thetaForecasts(reference),
    ...stlForecasts(reference),
    ...decompositions(reference),
    fortranDecomposition(),
    severalSeasons(),
  ];
  for (const check of checks) console.log(`${verdict(check)}  ${check.name}: ${check.found}`);
  process.exitCode = checks.some((check) => check.holds === false) ? 1 : 0;
}
