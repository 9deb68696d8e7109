import { z } from "zod";

const window = z.int().min(1);
const season = z.int().min(2);
const column = z.string();

/** Parts of a date that a feature may be. */
export const calendarParts = [
  "minute of day",
  "hour",
  "day of week",
  "day of month",
  "days to month end",
  "days to payday",
  "week",
  "month",
  "quarter",
  "year progress",
  "business days",
] as const;

export const holidayParts = [
  "holiday",
  "days since",
  "days until",
  "bridge day",
  "count",
  "school",
  "school count",
] as const;

/**
 * One feature of a row (series, origin, target moment), as plain data. `column` is an observed covariate, or left out for
 * the target itself.
 */
export const featureSpec = z.discriminatedUnion("kind", [
  /** Steps from the origin to the target moment. */
  z.object({ kind: z.literal("step") }),
  /** Value `lag` steps before the origin. */
  z.object({ kind: z.literal("lag"), column: column.optional(), lag: z.int().min(0) }),
  /** Statistic of the last `window` values up to the origin. */
  z.object({
    kind: z.literal("rolling"),
    column: column.optional(),
    statistic: z.enum(["mean", "deviation", "zeros"]),
    window,
  }),
  /** Mean of all values up to the origin. */
  z.object({ kind: z.literal("expanding"), column: column.optional() }),
  /** Exponentially weighted mean up to the origin. */
  z.object({ kind: z.literal("weighted"), column: column.optional(), halfLife: z.number().positive() }),
  /** Steps since the last value other than zero. */
  z.object({ kind: z.literal("since demand") }),
  /** Value in the same phase of the season, `back` seasons before the first one known, `shift` steps beside it. */
  z.object({ kind: z.literal("season"), season, back: z.int().min(0), shift: z.int(), column: column.optional() }),
  /** Mean over the last `count` seasons in the same phase. */
  z.object({ kind: z.literal("season mean"), season, count: z.int().min(2) }),
  z.object({ kind: z.literal("calendar"), part: z.enum(calendarParts) }),
  z.object({
    kind: z.literal("fourier"),
    period: z.number().positive(),
    order: z.int().min(1),
    wave: z.enum(["sine", "cosine"]),
  }),
  z.object({ kind: z.literal("holiday"), part: z.enum(holidayParts) }),
  /** Known covariate at the target moment, `shift` steps later (negative: earlier). */
  z.object({ kind: z.literal("known"), column, shift: z.int() }),
  /** Known covariate over the rolling median of its own last `window` values before the target moment. */
  z.object({ kind: z.literal("known ratio"), column, window }),
  /** Known covariate at the target moment minus its mean over the same steps that a rolling mean or season of the target covers. */
  z.object({ kind: z.literal("known change"), column, season: season.optional(), window: window.optional() }),
  z.object({ kind: z.literal("static"), column }),
  /**
   * Mean of the target in the category so far (ordered target encoding): of the series' key or static text, or, with `at`, of a
   * known text at the target moment or an observed text at the origin.
   */
  z.object({ kind: z.literal("encoding"), column, at: z.enum(["target", "origin"]).optional() }),
  /** Which series it is. */
  z.object({ kind: z.literal("series") }),
]);

export type FeatureSpec = z.infer<typeof featureSpec>;

/** The latest moment a feature reads: the origin, or the target moment of columns that are given for the whole window. */
export type Availability = "origin" | "window";

/** When a feature's value is first known. A feature known at the origin reads nothing later. */
export function availability(spec: FeatureSpec): Availability {
  switch (spec.kind) {
    case "calendar":
    case "fourier":
    case "holiday":
    case "known":
    case "known ratio":
    case "known change":
    case "step":
      return "window";
    case "encoding":
      return spec.at === "target" ? "window" : "origin";
    default:
      return "origin";
  }
}

/** What a reader is told moved the forecast when this feature did: a covariate's name, or calendar, holiday, history, series. */
export function factorOf(spec: FeatureSpec): string {
  switch (spec.kind) {
    case "calendar":
    case "fourier":
      return "calendar";
    case "holiday":
      return "holiday";
    case "known":
    case "known ratio":
    case "known change":
    case "static":
    case "encoding":
      return spec.column;
    case "series":
      return "series";
    case "lag":
    case "rolling":
    case "expanding":
    case "weighted":
    case "season":
      return spec.column ?? "history";
    default:
      return "history";
  }
}

/** Factors of features, one each; with `lags` every feature of the target's own past is a factor by itself. */
export function factorsOf(features: readonly FeatureSpec[], lags = false): string[] {
  return features.map((spec) => {
    const factor = factorOf(spec);
    return lags && factor === "history" ? featureName(spec) : factor;
  });
}

/** A name that no other feature of a plan has, for notes and monotone constraints. */
export function featureName(spec: FeatureSpec): string {
  switch (spec.kind) {
    case "step":
    case "since demand":
    case "series":
      return spec.kind;
    case "lag":
      return `${spec.column ?? "target"} lag ${spec.lag}`;
    case "rolling":
      return `${spec.column ?? "target"} ${spec.statistic} of ${spec.window}`;
    case "expanding":
      return `${spec.column ?? "target"} mean so far`;
    case "weighted":
      return `${spec.column ?? "target"} weighted by ${spec.halfLife}`;
    case "season":
      return `${spec.column ?? "target"} season ${spec.season} back ${spec.back} shift ${spec.shift}`;
    case "season mean":
      return `target season ${spec.season} mean of ${spec.count}`;
    case "calendar":
      return spec.part;
    case "fourier":
      return `${spec.wave} ${spec.order} of ${spec.period}`;
    case "holiday":
      return `holiday ${spec.part}`;
    case "known":
      return spec.shift === 0 ? spec.column : `${spec.column} shift ${spec.shift}`;
    case "known ratio":
      return `${spec.column} to median of ${spec.window}`;
    case "known change":
      return `${spec.column} change over ${spec.season === undefined ? `mean of ${spec.window}` : `season ${spec.season}`}`;
    case "static":
      return spec.column;
    case "encoding":
      return `${spec.column} encoded`;
  }
}
