import { z } from "zod";

const share = z.number().min(0).max(1);

/** Demand classes of Syntetos, Boylan and Croston (2005), by interval between demands and variation of their size. */
export const intermittencySchema = z.enum(["smooth", "erratic", "intermittent", "lumpy"]);

const seasonSchema = z.object({
  /** Length in steps. */
  season: z.int().positive(),
  /** Autocorrelation of the detrended series at that lag, 0 where negative. */
  strength: share,
});

export const seriesProfileSchema = z.object({
  key: z.array(z.string()),
  /** Steps of history. */
  rows: z.int(),
  /** First and last step of the history, milliseconds since 1970. */
  start: z.number(),
  end: z.number(),
  mean: z.number().nullable(),
  deviation: z.number().nullable(),
  missing: share,
  zeros: share,
  intermittency: intermittencySchema,
  /** Share of the variance that a straight line explains. */
  trend: share,
  seasons: z.array(seasonSchema),
  /** Values beyond three interquartile ranges from the quartiles of the detrended series. */
  outliers: z.int(),
});

export const covariateProfileSchema = z.object({
  name: z.string(),
  role: z.enum(["known", "observed", "static"]),
  kind: z.enum(["number", "text"]),
  missing: share,
  constant: z.boolean(),
  /**
   * Pearson correlation with the target at `lag`, averaged over series by length; for text the correlation ratio.
   * null where it is not defined.
   */
  correlation: z.number().min(-1).max(1).nullable(),
  /** Steps by which the covariate runs ahead of the target where they agree best; 0 for known and static ones. */
  lag: z.int().nonnegative(),
  /** Another covariate (or `target`) with the same values. */
  duplicateOf: z.string().optional(),
  /** Agrees with the target at lag 0 so closely that it may be made from it. */
  leak: z.boolean(),
});

/** What data look like before any model sees them. */
export const dataProfileSchema = z.object({
  rows: z.int(),
  series: z.int(),
  frequency: z.string(),
  futureSteps: z.int(),
  start: z.number(),
  end: z.number(),
  lengths: z.object({ minimum: z.int(), median: z.number(), maximum: z.int() }),
  missing: share,
  zeros: share,
  /** Number of series of each class, among those looked at. */
  intermittency: z.record(intermittencySchema, z.int()),
  /** Medians over the series looked at. */
  trend: share,
  seasons: z.array(seasonSchema),
  outliers: z.int(),
  covariates: z.array(covariateProfileSchema),
  /** Series that all figures but rows, lengths, missing and zeros are taken from. */
  seriesLooked: z.int(),
  /** The first series in panel order, at most 200 of those looked at. */
  details: z.array(seriesProfileSchema),
});

export type DataProfile = z.infer<typeof dataProfileSchema>;
export type SeriesProfile = z.infer<typeof seriesProfileSchema>;
export type CovariateProfile = z.infer<typeof covariateProfileSchema>;
export type Intermittency = z.infer<typeof intermittencySchema>;
