/**
 * `node bench/tune-arima.ts [--sets a,b] CONSTANT…`: backtests of auto-arima's constants inside the training parts of the shared data;
 * what came after them is never read. docs/decisions/auto-arima.md has the figures and what was decided.
 */
import { parseArgs } from "node:util";
import { textTable } from "../daemon/cli/table.ts";
import { autoArimaBy } from "../daemon/forecasting/models/arima/auto-arima.ts";
import { type SearchRules, searchRules } from "../daemon/forecasting/models/arima/rules.ts";
import type { FitContext } from "../daemon/forecasting/models/forecaster.ts";
import { naturalSeasons } from "../daemon/forecasting/panel/frequency.ts";
import type { Panel } from "../daemon/forecasting/panel/panel.ts";
import { hasSharedData } from "./shared-data.ts";
import { type TrainingSeries, type TrainingSet, trainingSeries, trainingSets } from "./training-sets.ts";

/** Rules, and the option `history`, that differ from the defaults. */
type Variant = Partial<SearchRules> & { readonly history?: number };

interface Comparison {
  /** By label; the first is what the others are measured against. */
  readonly variants: Readonly<Record<string, Variant>>;
  /** Sets on which the constant can make a difference. */
  readonly sets: readonly string[];
}

const comparisons: Readonly<Record<string, Comparison>> = {
  root: {
    variants: {
      "1.01^season (R)": { seasonalRoot: Number.POSITIVE_INFINITY },
      "1.05": { seasonalRoot: 1.05 },
      "1.02": { seasonalRoot: 1.02 },
      "1.01": { seasonalRoot: 1.01 },
    },
    sets: ["m3_monthly", "tourism_quarterly", "electricity_10", "epf", "bike_hourly", "vic_elec", "seattle"],
  },
  strength: {
    variants: {
      "0.64": { harmonicStrength: 0.64 },
      "0.4": { harmonicStrength: 0.4 },
      "0.8": { harmonicStrength: 0.8 },
    },
    sets: ["m4_weekly", "electricity_10", "epf", "bike_hourly", "vic_elec", "seattle"],
  },
  history: {
    variants: { "2000 values": { history: 2000 }, "1000 values": { history: 1000 }, "3000 values": { history: 3000 } },
    sets: ["m4_weekly", "electricity_10", "epf", "bike_hourly", "vic_elec", "seattle"],
  },
  season: {
    variants: {
      "48 steps": { longestSeason: 48 },
      "24 steps": { longestSeason: 24 },
      "52 steps": { longestSeason: 52 },
    },
    sets: ["m4_weekly", "vic_elec"],
  },
};

/** A series up to an origin, and the regressors and nothing else after it. */
function panelAt({ target, known }: TrainingSeries, { frequency, horizon }: TrainingSet, origin: number): Panel {
  const count = origin + horizon;
  return {
    frequency,
    keyColumns: [],
    keys: [[]],
    observed: [],
    static: [],
    offsets: Int32Array.of(0, count),
    history: Int32Array.of(origin),
    futureSteps: horizon,
    time: new Float64Array(count),
    target: Float64Array.from({ length: count }, (_, t) => (t < origin ? target[t]! : Number.NaN)),
    known: Object.entries(known).map(([name, values]) => ({ name, values: values.subarray(0, count) })),
  };
}

function contextOf({ frequency, horizon }: TrainingSet): FitContext {
  return {
    horizon,
    gap: 0,
    levels: [0.5],
    seasons: naturalSeasons(frequency),
    seed: 7,
    device: "cpu",
    threads: 1,
    bounds: {},
    signal: new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
    onProgress: () => {},
  };
}

/** Mean absolute scaled errors, one a series and origin. */
async function errorsOf(set: TrainingSet, series: readonly TrainingSeries[], variant: Variant): Promise<number[]> {
  const { history, ...rules } = variant;
  const model = autoArimaBy({ ...searchRules, ...rules });
  const options = model.options.parse(history === undefined ? {} : { history });
  const context = contextOf(set);
  const errors: number[] = [];
  for (const one of series) {
    for (let back = set.origins; back > 0; back--) {
      const origin = one.target.length - back * set.horizon;
      const scale = origin > 2 * set.season ? seasonalChange(one.target.subarray(0, origin), set.season) : 0;
      if (!(scale > 0)) continue;
      const panel = panelAt(one, set, origin);
      const { mean } = await (await model.fit(panel, options, context)).predict(panel, context);
      const actual = one.target.subarray(origin, origin + set.horizon);
      errors.push(actual.reduce((sum, value, h) => sum + Math.abs(value - mean[h]!), 0) / set.horizon / scale);
    }
  }
  return errors;
}

interface Measured {
  readonly errors: readonly number[];
  /** CPU time. */
  readonly seconds: number;
}

const measuredBefore = new Map<string, Measured>();

/** Errors of a variant; those of the same rules are measured once. */
async function measure(set: TrainingSet, series: readonly TrainingSeries[], variant: Variant): Promise<Measured> {
  const key = `${set.name} ${Object.entries({ ...searchRules, history: 2000, ...variant }).join(" ")}`;
  const known = measuredBefore.get(key);
  if (known !== undefined) return known;
  const before = process.cpuUsage();
  const errors = await errorsOf(set, series, variant);
  const measured = { errors, seconds: process.cpuUsage(before).user / 1e6 };
  measuredBefore.set(key, measured);
  return measured;
}

/** Mean absolute change over a season, which the errors are divided by. */
function seasonalChange(values: Float64Array, season: number): number {
  let sum = 0;
  for (let t = season; t < values.length; t++) sum += Math.abs(values[t]! - values[t - season]!);
  return sum / (values.length - season);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A ratio to the first variant's MASE, and its standard error from the paired differences. */
function ratioTo(reference: readonly number[], errors: readonly number[]): { ratio: number; error: number } {
  const differences = errors.map((error, i) => error - reference[i]!);
  const center = mean(differences);
  const variance = mean(differences.map((difference) => (difference - center) ** 2));
  const size = mean(reference);
  return { ratio: 1 + center / size, error: Math.sqrt(variance / Math.max(1, errors.length - 1)) / size };
}

/** A row a set with the MASE of each variant, and one with the geometric means of their ratios to the first. */
async function compare({ variants, sets }: Comparison): Promise<string[][]> {
  const ratios: { ratio: number; error: number }[][] = [];
  const rows: string[][] = [];
  for (const set of trainingSets.filter(({ name }) => sets.includes(name))) {
    const series = trainingSeries(set);
    const measured: Measured[] = [];
    for (const variant of Object.values(variants)) measured.push(await measure(set, series, variant));
    const against = measured.map(({ errors }) => ratioTo(measured[0]!.errors, errors));
    ratios.push(against);
    const cells = measured.map(({ errors, seconds }, i) => {
      const ratio = i === 0 ? "" : `, ${ratioText(against[i]!)}`;
      return `${mean(errors).toFixed(4)}${ratio}, ${seconds.toFixed(0)} s`;
    });
    rows.push([set.name, String(measured[0]!.errors.length), ...cells]);
    console.error(rows.at(-1)!.join("  "));
  }
  const overall = Object.keys(variants).map((_, i) => {
    const own = ratios.map((of) => of[i]!);
    const ratio = Math.exp(mean(own.map((one) => Math.log(one.ratio))));
    return ratioText({ ratio, error: Math.sqrt(mean(own.map((one) => one.error ** 2)) / own.length) });
  });
  return [...rows, ["geometric mean of ratios", "", ...overall]];
}

function ratioText({ ratio, error }: { ratio: number; error: number }): string {
  return `${ratio.toFixed(4)} ± ${error.toFixed(4)}`;
}

const { values: named, positionals } = parseArgs({ allowPositionals: true, options: { sets: { type: "string" } } });
if (!hasSharedData("m3_monthly")) {
  console.error("The benchmark data are not there; ALMANAC_BENCH_DATA names their folder.");
} else {
  for (const name of positionals.length > 0 ? positionals : Object.keys(comparisons)) {
    const comparison = comparisons[name];
    if (comparison === undefined) throw new Error(`${name}: no such constant; ${Object.keys(comparisons).join(", ")}`);
    const sets = comparison.sets.filter((set) => named.sets?.split(",").includes(set) ?? true);
    const headings = ["set", "fits", ...Object.keys(comparison.variants)];
    console.log(`\n${name}\n`);
    console.log(
      textTable(
        headings.map((heading, i) => ({ heading, right: i > 0 })),
        await compare({ ...comparison, sets }),
      ),
    );
  }
}
