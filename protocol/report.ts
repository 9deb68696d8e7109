import { z } from "zod";
import { columnSchema } from "./column.ts";
import { shortProblemSchema } from "./problem.ts";

const finite = z.number().nullable();

export const frequencySchema = z.object({
  unit: z.enum(["second", "minute", "hour", "day", "business day", "week", "month", "quarter", "year"]),
  multiple: z.number().int().positive(),
  endOfMonth: z.boolean().optional(),
});

export const reportExperimentSchema = z.object({
  name: z.string(),
  /** Path of the experiment file as the user wrote it. */
  file: z.string().optional(),
  target: z.string(),
  time: z.string(),
  keyColumns: z.array(z.string()),
  frequency: frequencySchema,
  /** Steps. */
  horizon: z.number().int().positive(),
  gap: z.number().int().nonnegative(),
  /** Quantile levels, ascending. */
  levels: z.array(z.number()),
  /** Selection metric, such as `mase`. */
  metric: z.string(),
  /** What the target is counted in, such as `°C`; shown on axes. */
  unit: z.string().optional(),
  /** Every setting after defaults, as the experiment file spells it. */
  settings: z.record(z.string(), z.unknown()),
});

export const reportRunSchema = z.object({
  id: z.string(),
  /** ISO 8601. */
  started: z.string(),
  seconds: z.number(),
  device: z.string(),
  seed: z.number(),
  /** Fingerprint of the data snapshot. */
  fingerprint: z.string(),
  /** Product and library versions by name. */
  versions: z.record(z.string(), z.string()),
  warnings: z.array(shortProblemSchema),
});

export const leaderboardRowSchema = z.object({
  /** Name in the experiment file. */
  model: z.string(),
  title: z.string(),
  family: z.string(),
  status: z.enum(["tried", "skipped", "failed"]),
  /** Why it was skipped or failed, one sentence. */
  reason: z.string().optional(),
  /** Selection metric on the backtest windows; null where there is none. */
  score: finite,
  metrics: z.record(z.string(), finite),
  fitSeconds: finite,
  predictSeconds: finite,
  /** Backtest windows it was scored on. */
  windows: z.number().int().nonnegative(),
  device: z.string().nullable(),
  /** Mean share of each member by model, where the row is an ensemble. */
  weights: z.record(z.string(), z.number()).optional(),
  /** What the fit found out: chosen form, rounds. */
  notes: z.array(z.string()).optional(),
});

/** Time steps that series share: regular in milliseconds, or spelled out where months make steps uneven. */
export const axisSchema = z.union([
  z.object({ start: z.number(), step: z.number().positive(), length: z.number().int().nonnegative() }),
  /** Milliseconds since 1970, wall clock taken as UTC. */
  z.object({ times: columnSchema }),
]);

/** What a forecast adds up to over all series and steps, in units of the target. */
export const totalsSchema = z.object({
  /** Sum of the means. */
  forecast: z.number(),
  /** Sum of the last `horizon` steps of history. */
  recent: finite,
  /** Sum of the window a year before the forecast's. */
  yearAgo: finite,
  /** Σ (mean − actual) ÷ Σ |actual| on the backtest, in per cent. */
  bias: finite,
});

export type Totals = z.infer<typeof totalsSchema>;

/** One line a series, columnar. */
export const seriesListSchema = z.object({
  /** One tuple of key values a series; one empty tuple where the experiment has no key columns. */
  keys: z.array(z.array(z.string())),
  /** Selection metric of the winner on the backtest windows, a series each; NaN where undefined. */
  error: columnSchema,
  /** The same of the baseline model, where it was tried. */
  baselineError: columnSchema.optional(),
  /** Mean absolute value of the history, a series each: what “large” means when sorting. */
  size: columnSchema.optional(),
});

/** History, forecast and backtest of one series. Steps are indices on its axis. */
export const seriesDetailSchema = z.object({
  /** Index into `axes`. */
  axis: z.number().int().nonnegative(),
  /** Step of the first value in `history`. */
  start: z.number().int().nonnegative(),
  /** Observed target, NaN where missing; the forecast begins `gap + 1` steps after its last value. */
  history: columnSchema,
  /** Older values that were left out to keep the document small. */
  omitted: z.number().int().nonnegative(),
  /** `horizon` expected values of the winner. */
  mean: columnSchema,
  /** levels × horizon. */
  quantiles: columnSchema,
  /** Backtest of the winner; the actual values are `history` at the same steps. */
  backtest: z.object({
    /** Step of the last value known at each origin; the window begins `gap + 1` steps later. */
    origins: z.array(z.number().int()),
    /** windows × horizon: what the winner was judged by. */
    point: columnSchema,
    /** windows × levels × horizon. */
    quantiles: columnSchema,
    /** windows × horizon of the baseline model. */
    baseline: columnSchema.optional(),
  }),
});

export const explanationsSchema = z.object({
  /** Model whose forecasts are explained. */
  model: z.string(),
  factors: z.array(z.string()),
  /** Exact, or sampled with `standardError`. */
  exact: z.boolean(),
  /** Mean |contribution| a factor; direction > 0 where larger values raise the forecast, null where it is mixed. */
  global: z.array(z.object({ factor: z.string(), meanAbs: z.number(), direction: finite })),
  /** One entry an explained series; baseline + the sum of the contributions = mean forecast. */
  series: z.array(
    z.object({
      /** Index into the series list. */
      series: z.number().int().nonnegative(),
      /** `horizon` values. */
      baseline: columnSchema,
      /** horizon × factors. */
      contributions: columnSchema,
      /** horizon × factors: what the factor was, NaN where it is no number. */
      values: columnSchema.optional(),
      /** horizon × factors. */
      standardError: columnSchema.optional(),
    }),
  ),
  /** Drop of the selection metric when a factor is shuffled on the backtest windows. */
  permutation: z
    .array(
      z.object({
        factor: z.string(),
        drop: z.number(),
        deviation: z.number().optional(),
        /** Loss of MASE at each step of the horizon. */
        byStep: z.array(finite).optional(),
        /** Loss of MASE of each group of series. */
        groups: z.array(z.object({ group: z.string(), drop: finite })).optional(),
      }),
    )
    .optional(),
  /** Pairs of factors by what they do together beyond what each does alone, strongest first; of the trees' share. */
  interactions: z.array(z.object({ factors: z.tuple([z.string(), z.string()]), meanAbs: z.number() })).optional(),
});

export const scenarioSchema = z.object({
  name: z.string(),
  /** What was changed, as the experiment file writes it: `{covariate: "price", change: "* 0.9"}`. */
  changes: z.array(z.object({ covariate: z.string(), change: z.string() })),
  /** Sums over every series and step, before and after. */
  total: z.object({ base: z.number(), scenario: z.number() }),
  /** What each changed covariate moved of the total: together its difference. */
  moved: z.array(z.object({ factor: z.string(), change: z.number() })).optional(),
  /** It holds for some dates or some series only. */
  partial: z.boolean().optional(),
  series: z.array(
    z.object({
      series: z.number().int().nonnegative(),
      /** `horizon` values. */
      mean: columnSchema,
      /** `horizon` values: scenario − forecast. */
      difference: columnSchema,
      /** levels × horizon. */
      quantiles: columnSchema.optional(),
    }),
  ),
  /** Such as values outside the range seen in training. */
  warnings: z.array(shortProblemSchema).optional(),
});

/** The document behind the report: what `report.html` embeds and the daemon serves. */
export const reportDocumentSchema = z.object({
  format: z.literal("almanac-report"),
  version: z.literal(1),
  experiment: reportExperimentSchema,
  run: reportRunSchema,
  /** A DataProfile of protocol/profile.ts; left out of the page where it is not one. */
  profile: z.record(z.string(), z.unknown()).optional(),
  /** Best first; skipped and failed models last. */
  leaderboard: z.array(leaderboardRowSchema),
  /** Model of the forecast: a `model` of the leaderboard. */
  winner: z.string(),
  /** Model that scores are compared with, normally `seasonal-naive`; left out where it was not tried. */
  baseline: z.string().optional(),
  series: seriesListSchema,
  totals: totalsSchema.optional(),
  /** Each covers the past and the forecast window of its series. */
  axes: z.array(axisSchema),
  /** One entry a series in the order of the list; null where the document is limited to a part of them. */
  details: z.array(seriesDetailSchema.nullable()),
  /** How the details were limited, one sentence, where they were. */
  limit: z.string().optional(),
  /** Mean error at each of the `horizon` steps of every tried model, in the named metric. */
  horizonErrors: z.object({
    metric: z.string(),
    models: z.array(z.object({ model: z.string(), values: z.array(finite) })),
  }),
  /** Central intervals of the winner on the backtest windows: nominal and observed share inside, of `count` points. */
  coverage: z.array(z.object({ nominal: z.number(), actual: finite, count: z.number().int() })),
  explanations: explanationsSchema.optional(),
  scenarios: z.array(scenarioSchema).optional(),
});

/** A document without its per-series details: what a page needs to open. */
export const reportSummarySchema = reportDocumentSchema.omit({ details: true });

export type ReportDocument = z.infer<typeof reportDocumentSchema>;
export type ReportSummary = z.infer<typeof reportSummarySchema>;
export type ReportExperiment = z.infer<typeof reportExperimentSchema>;
export type ReportRun = z.infer<typeof reportRunSchema>;
export type ReportFrequency = z.infer<typeof frequencySchema>;
export type ReportProblem = z.infer<typeof shortProblemSchema>;
export type LeaderboardRow = z.infer<typeof leaderboardRowSchema>;
export type ReportAxis = z.infer<typeof axisSchema>;
export type SeriesDetail = z.infer<typeof seriesDetailSchema>;
export type Explanations = z.infer<typeof explanationsSchema>;
export type Scenario = z.infer<typeof scenarioSchema>;
