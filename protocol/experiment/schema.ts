import { z } from "zod";
import { aggregates } from "../aggregates.ts";
import { deviceChoices } from "../devices.ts";
import { isDatePattern, isEncoding, isTimeZone, monthNames } from "./formats.ts";
import { parseDuration, parseSpan } from "./values.ts";

/** How wrong a forecast is; lower is better for every one. */
export const metricNames = [
  "mae",
  "rmse",
  "mape",
  "smape",
  "wape",
  "mase",
  "rmsse",
  "mdape",
  "nrmse",
  "wql",
  "sql",
] as const;

/** Metric of an experiment that names none, unless its series are intermittent. */
export const usualMetric: MetricName = "mase";

export type MetricName = (typeof metricNames)[number];

const frequencyPattern = /^(\d+\s+)?(second|minute|hour|day|business day|week|month|quarter|year)s?$/i;

const column = z.string({ error: "expected the name of a column" }).min(1, "the name of a column cannot be empty");
const columns = z.array(column, { error: "expected a list of column names, such as [price, promotion]" });

/** A text of the file; unquoted, YAML makes a number of -999 and nothing of null. */
const missingText = z.union([z.string(), z.number(), z.null()]).transform(String);

const format = z
  .strictObject({
    decimal: z.enum([".", ","]).optional().describe("Decimal mark of the numbers."),
    thousands: z
      .enum([".", ",", " ", "'", "none"])
      .optional()
      .describe("Mark between thousands; `none` where numbers have none."),
    date: z
      .string()
      .refine(isDatePattern, "expected a pattern such as DD.MM.YYYY or YYYY-MM-DD HH:mm")
      .optional()
      .describe("How the time column is written: DD.MM.YYYY, MM/DD/YY HH:mm, Q-YYYY, YYYY-[W]WW, D MMM YYYY …"),
    delimiter: z
      .string()
      .refine((text) => text === "tab" || text.length === 1, "expected one character, or tab")
      .optional()
      .describe("Character between the fields of a text file; `tab` for the tabulator."),
    encoding: z
      .string()
      .refine(isEncoding, "expected an encoding such as utf-8, latin1, windows-1252, shift_jis or utf-16le")
      .optional()
      .describe("Encoding of a text file."),
    header: z
      .int("expected the number of a line")
      .min(0, "expected 0 or more")
      .optional()
      .describe(
        "Line with the column names, counted from 1; 0 where there is none: columns are then column1, column2 …",
      ),
    skip: z
      .int("expected a number of lines")
      .min(0, "expected 0 or more")
      .optional()
      .describe("Lines above the header."),
    null: z
      .union([z.array(missingText), missingText.transform((text) => [text])], {
        error: "expected a list of texts or numbers, such as [n/a, -999]",
      })
      .optional()
      .describe("Texts or numbers that mean a missing value, beside the usual ones."),
  })
  .describe("How text files write their values; each key is found out where it is left out.");

const data = z
  .strictObject({
    source: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)], { error: "expected a path or a list of paths" })
      .describe("Data file, relative to this file: csv, tsv, parquet, json or ndjson; globs and lists are allowed."),
    query: z
      .string()
      .min(1)
      .optional()
      .describe("SQL (DuckDB dialect) over the source, which it sees as the table `source`."),
    time: column.describe("Column with the timestamps."),
    series: z
      .union([columns, column.transform((name) => [name])], {
        error: "expected a list of column names, such as [store, product]",
      })
      .default([])
      .describe("Key columns that tell the series apart; leave it out for one single series."),
    target: column.describe("Column to forecast."),
    frequency: z
      .string()
      .regex(frequencyPattern, 'expected a step such as day, month or "15 minutes"')
      .optional()
      .describe("Step of the series; inferred from the timestamps when left out."),
    aggregate: z.enum(aggregates).default("error").describe("What to do with several rows of one series at one step."),
    missing: z
      .strictObject({
        target: z
          .enum(["interpolate", "zero", "forward", "keep"])
          .default("interpolate")
          .describe("How gaps in the target are filled; `keep` leaves them to the models."),
        covariates: z
          .enum(["forward", "interpolate", "zero", "keep"])
          .default("forward")
          .describe("How gaps in the covariates are filled."),
      })
      .prefault({})
      .describe("How gaps are filled."),
    ended: z
      .enum(["forecast", "skip", "error"])
      .default("forecast")
      .describe("Series that end long before the others: forecast from their own end on, leave out, or stop."),
    future: z
      .string()
      .min(1)
      .optional()
      .describe("File with the known covariates of the forecast window, where they are not rows of the source."),
    format: format.optional(),
    timezone: z
      .string()
      .refine(isTimeZone, "expected a time zone such as Europe/Berlin or UTC")
      .optional()
      .describe(
        "Zone whose days, weeks and months count where times are instants (with Z or an offset); outputs are written in it.",
      ),
    calendar: z
      .strictObject({ fiscal: z.enum(monthNames).describe("First month of the fiscal year.") })
      .optional()
      .describe("Fiscal years and quarters: they begin with this month where days or months are aggregated to them."),
    region: z
      .string()
      .min(1)
      .optional()
      .describe("Region the data may not leave, such as `eu`; daemons elsewhere refuse the run."),
  })
  .describe("Where the data are and what their columns mean.");

const covariates = z
  .strictObject({
    known: columns
      .default([])
      .describe("Columns whose values are known for the forecast window too: price, promotion, holiday."),
    observed: columns.default([]).describe("Columns known only up to the forecast origin: footfall, competitor sales."),
    static: columns.default([]).describe("Columns with one value a series: region, category."),
    monotone: z
      .record(z.string(), z.enum(["rising", "falling"]))
      .default({})
      .describe(
        "Known covariates that the forecast may only rise or fall with, such as {price: falling}. Boosted trees hold to it; other models that use covariates are then left out of `models: auto`.",
      ),
    calendar: z
      .strictObject({
        country: z
          .string()
          .regex(/^[A-Za-z]{2}$/, "expected a two-letter country code such as DE")
          .describe("Country of the public holidays (ISO 3166, two letters)."),
        region: z.string().min(1).optional().describe("State or region with holidays of its own, such as BY."),
      })
      .optional()
      .describe("Public holidays; date parts such as the weekday are always used."),
  })
  .prefault({})
  .describe("The factors beside the target's own past.");

const positiveInteger = z.int("expected a whole number").positive("expected a number above zero");

const forecast = z
  .strictObject({
    horizon: z
      .union(
        [
          positiveInteger,
          z
            .string()
            .refine(
              (text) => parseSpan(text) !== undefined,
              'expected a number of steps, such as 28, or a span such as "4 weeks"',
            ),
        ],
        {
          error: 'expected a number of steps, such as 28, or a span such as "4 weeks"',
        },
      )
      .describe('How far to forecast: a number of steps or a span such as "4 weeks".'),
    gap: z
      .int("expected a whole number")
      .min(0, "expected 0 or more")
      .default(0)
      .describe("Steps between the last known value and the first forecast one."),
    quantiles: z
      .array(z.number().gt(0, "expected a level between 0 and 1").lt(1, "expected a level between 0 and 1"))
      .min(1, "expected at least one level")
      .default([0.1, 0.5, 0.9])
      .describe("Quantile levels to forecast, each between 0 and 1."),
    minimum: z.number().optional().describe("Lower bound of the target."),
    maximum: z.number().optional().describe("Upper bound of the target."),
    integer: z.boolean().default(false).describe("The target counts things: forecasts are rounded to whole numbers."),
  })
  .describe("What to forecast.");

const evaluation = z
  .strictObject({
    metric: z
      .enum(metricNames)
      .optional()
      .describe("The metric that selects the winner: mase by default, rmsse if most series are intermittent."),
    windows: positiveInteger
      .max(50, "expected at most 50")
      .optional()
      .describe(
        "Number of rolling origins to backtest on; 3 when left out, and up to 6 where histories are so long that one fit serves all.",
      ),
    step: positiveInteger.optional().describe("Steps between two origins; the horizon when left out."),
  })
  .prefault({})
  .describe("How candidates are judged: rolling-origin backtests with a refit at each origin.");

const modelOptions = z.union([z.record(z.string(), z.unknown()), z.null()], {
  error: "expected hyperparameters as key: value",
});

/** Wall clock of a search, as a person writes it. */
export const budgetSchema = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'expected a duration such as "5 minutes" or 90s');

export const seedSchema = z.int("expected a whole number").min(0, "expected 0 or more");

const modelForms = "expected auto, a list of model names, or name: hyperparameters";

const search = z
  .strictObject({
    models: z
      .union([z.literal("auto", modelForms), z.array(z.string()).min(1), z.record(z.string(), modelOptions)], {
        error: modelForms,
      })
      .default("auto")
      .describe("Which models to try: auto, a list of names, or names with hyperparameters."),
    preset: z
      .enum(["fast", "balanced", "best"])
      .default("balanced")
      .describe(
        "How much to try when `models` is auto: fast looks at cheap models, balanced at small networks too, best at everything that could win, and then at other hyperparameters while there is time.",
      ),
    budget: budgetSchema.default("5 minutes").describe("Wall clock for the whole search."),
    trials: positiveInteger.optional().describe("Most candidates to try."),
    ensemble: z.boolean().default(true).describe("Combine the best candidates by weights found on the backtest."),
    seed: seedSchema.default(7).describe("Seed of everything random."),
  })
  .prefault({})
  .describe("Which models are tried, and for how long.");

const train = z
  .strictObject({
    device: z.enum(deviceChoices).default("auto").describe("Where neural models train."),
    on: z.string().min(1).default("local").describe("`local` or the name of a remote daemon."),
  })
  .prefault({})
  .describe("Where training runs.");

const explain = z
  .union(
    [
      z.boolean(),
      z.strictObject({
        method: z.enum(["shap"]).default("shap").describe("Additive attributions."),
        samples: positiveInteger.default(128).describe("Background samples of the methods that sample."),
        permutation: z
          .int("expected a whole number")
          .min(0, "expected 0 or more")
          .max(50, "expected at most 50")
          .default(0)
          .describe(
            "How often each covariate is shuffled on the latest backtest window, to tell what the forecasts lose without it; the winner is fitted there once more. 0 leaves it out.",
          ),
      }),
    ],
    { error: "expected true, false or {method: shap, samples: 128}" },
  )
  .default(true)
  .describe("Whether every forecast comes with the contributions of its factors.");

const scenario = z.strictObject({
  name: z.string().min(1).describe("Name shown beside the forecast."),
  set: z
    .record(
      z.string(),
      z.union([z.number(), z.string(), z.boolean()], { error: 'expected a value or a change such as "* 0.9"' }),
    )
    .describe('Changes of known covariates over the forecast window: a value, or "* 0.9", "+ 2", "- 10 %".'),
  from: z.string().optional().describe("First date the change holds; the start of the window when left out."),
  to: z.string().optional().describe("Last date the change holds; the end of the window when left out."),
  series: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .optional()
    .describe("Only series with these key values."),
});

/** The experiment file, key by key. Parsing applies every default. */
export const experimentSchema = z
  .strictObject({
    experiment: z.string().min(1).optional().describe("Name of the experiment; the file's name when left out."),
    data,
    covariates,
    forecast,
    evaluation,
    search,
    train,
    explain,
    scenarios: z.array(scenario).default([]).describe("What-if: the forecast again with changed known covariates."),
    watch: z
      .boolean()
      .default(false)
      .describe("The daemon runs the experiment again when this file or its data change."),
  })
  .describe("An Almanac forecasting experiment.");

/** An experiment with every default applied. */
export type Experiment = z.output<typeof experimentSchema>;

export type Scenario = z.output<typeof scenario>;
