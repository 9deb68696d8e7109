import { z } from "zod";
import { aggregates } from "../../../protocol/aggregates.ts";
import { frequencySchema } from "../../forecasting/panel/frequency-schema.ts";

/** How a gap in a covariate is filled. */
const covariateFills = ["forward", "interpolate", "zero", "keep"] as const;
const targetFills = ["interpolate", "zero", "forward", "keep"] as const;

/** How text files are written, as far as the experiment says so (`data.format`). */
export const formatSchema = z.object({
  decimal: z.enum([".", ","]).optional(),
  thousands: z.enum([".", ",", " ", "'", "none"]).optional(),
  date: z.string().optional(),
  delimiter: z.string().optional(),
  encoding: z.string().optional(),
  header: z.int().nonnegative().optional(),
  skip: z.int().nonnegative().optional(),
  null: z.array(z.string()).optional(),
});

export type DataFormat = z.infer<typeof formatSchema>;

/** What to read and which column plays which part. Plain data: it crosses the border to the reading process as JSON. */
export const dataRequestSchema = z.object({
  /** Base of relative paths. */
  directory: z.string(),
  /** Files or globs; several are read as one table, matched by column name. */
  sources: z.array(z.string()).min(1),
  /** SELECT over the view `source`. */
  query: z.string().optional(),
  format: formatSchema.optional(),
  /** IANA zone whose days, weeks and months count where times are instants. */
  timezone: z.string().optional(),
  /** First month of the fiscal year, 0 to 11. */
  fiscalStart: z.int().min(0).max(11).optional(),
  time: z.string(),
  /** Key columns; empty for one single series. */
  series: z.array(z.string()),
  target: z.string(),
  /** Inferred from the data where absent. */
  frequency: frequencySchema.optional(),
  /** What several rows a step become; covariates then take their mean (text: the last value). */
  aggregate: z.enum(aggregates),
  missing: z.object({ target: z.enum(targetFills), covariates: z.enum(covariateFills) }),
  /** What becomes of series that end long before the others; forecast if left out. */
  ended: z.enum(["forecast", "skip", "error"]).optional(),
  known: z.array(z.string()),
  observed: z.array(z.string()),
  static: z.array(z.string()),
  /** A second file with the known covariates of the forecast window. */
  futureSource: z.string().optional(),
  /** Steps after the origin: gap + horizon. */
  futureSteps: z.int().nonnegative(),
  calendar: z.object({ country: z.string(), region: z.string().optional() }).optional(),
});

export type DataRequest = z.infer<typeof dataRequestSchema>;
export type FillMethod = (typeof targetFills)[number];

/** What `describeSource` needs of a request. */
export const sourceRequestSchema = dataRequestSchema.pick({
  directory: true,
  sources: true,
  query: true,
  format: true,
});
export type SourceRequest = z.infer<typeof sourceRequestSchema>;
