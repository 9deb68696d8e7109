import { z } from "zod";

/** One column of the data as the editor shows it. */
export const columnFactsSchema = z.object({
  name: z.string(),
  type: z.enum(["number", "text", "time", "boolean"]),
  /** Share of missing values, from 0 to 1. */
  missing: z.number(),
  distinct: z.number().optional(),
  /** Smallest and largest value as a reader would write them. */
  minimum: z.string().optional(),
  maximum: z.string().optional(),
  mean: z.number().optional(),
  /** A few values as they occur. */
  examples: z.array(z.string()).default([]),
  /** Means over equal slices of the rows in file order; null where a slice holds no number. */
  profile: z.array(z.number().nullable()).default([]),
});

/** What the columns amount to once time, series and target are declared. */
export const panelFactsSchema = z.object({
  series: z.number(),
  /** Steps with history in the shortest and the longest series. */
  shortest: z.number(),
  longest: z.number(),
  frequency: z.string(),
  /** Natural season lengths in steps, shortest first. */
  seasons: z.array(z.number()),
  /** First and last time with a target, and the last time of all, as ISO dates. */
  start: z.string(),
  end: z.string(),
  /** Steps after the last target for which rows exist. */
  futureSteps: z.number(),
  /** Steps after the origin for which each column has a value in every series. */
  futureOf: z.record(z.string(), z.number()),
  /** Columns that follow the target so closely that they may reveal it. */
  leaks: z.array(z.object({ column: z.string(), correlation: z.number() })),
  /** Columns with more than one value within a series. */
  varying: z.array(z.string()),
  /** A quick forecast of the first series, before any run. */
  instant: z
    .object({
      series: z.array(z.string()),
      model: z.string(),
      history: z.array(z.number().nullable()),
      mean: z.array(z.number()),
      low: z.array(z.number()),
      high: z.array(z.number()),
      level: z.number(),
    })
    .optional(),
});

/** What the editor knows of an experiment's data. */
export const dataFactsSchema = z.object({
  rows: z.number(),
  columns: z.array(columnFactsSchema),
  panel: panelFactsSchema.optional(),
  /** Why there is no panel, worded for the analyst. */
  trouble: z
    .object({
      message: z.string(),
      fix: z.string().optional(),
      /** Stable identifier in kebab case, such as `missing-file`. */
      code: z.string().optional(),
      /** Source and column that it is about, as the experiment names them. */
      file: z.string().optional(),
      column: z.string().optional(),
    })
    .optional(),
});

export type ColumnFacts = z.output<typeof columnFactsSchema>;
export type PanelFacts = z.output<typeof panelFactsSchema>;
export type DataFacts = z.output<typeof dataFactsSchema>;

/** What the program that reads data is asked: the file's own text, complete or not. */
const factsRequestSchema = z.object({
  /** Folder that relative paths start from. */
  directory: z.string(),
  sources: z.array(z.string()),
  query: z.string().optional(),
  /** `data.format` and `data.timezone` as they stand in the text, complete or not. */
  format: z.record(z.string(), z.unknown()).optional(),
  timezone: z.string().optional(),
  future: z.string().optional(),
  time: z.string().optional(),
  target: z.string().optional(),
  series: z.array(z.string()),
  frequency: z.string().optional(),
  aggregate: z.string().optional(),
  known: z.array(z.string()),
  observed: z.array(z.string()),
  static: z.array(z.string()),
  /** Steps of gap and horizon that a quick forecast should cover; 0 for none. */
  steps: z.number(),
});

/** What the program that reads data answers: all facts, and before them, as news, what is known of the columns. */
export const factsContract = {
  facts: { input: factsRequestSchema, output: dataFactsSchema, news: dataFactsSchema },
};

export type FactsRequest = z.output<typeof factsRequestSchema>;
