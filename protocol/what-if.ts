import { z } from "zod";
import { shortProblemSchema } from "./problem.ts";

/** One value of a covariate: a number, a text, or missing. */
export const cellSchema = z.union([z.number(), z.string(), z.null()]);

/** A step of the forecast window counted from 0, or a date; the whole window where it is left out. */
const edgeSchema = z.union([z.int().nonnegative(), z.string()]).optional();

/** How one known covariate is changed over a part of the forecast window; later changes build on earlier ones. */
export const whatIfChangeSchema = z.strictObject({
  covariate: z.string(),
  operation: z.enum(["set", "multiply", "add"]),
  value: cellSchema,
  from: edgeSchema.describe("First step or date of the change."),
  to: edgeSchema.describe("Last step or date of the change."),
});

/** Which series a question changes and adds up. */
const scope = {
  series: z.int().nonnegative().describe("Series whose steps are answered, in the order of the report."),
  everywhere: z.boolean().default(false).describe("Change and add up every series, not only this one."),
  where: z
    .record(z.string(), z.string())
    .default({})
    .describe("Change only series with these key values, where everywhere is asked for."),
};

const changes = z.array(whatIfChangeSchema).max(10_000);

/** The known covariates of one series. */
export const seriesQuestionSchema = z.strictObject({ series: z.coerce.number().int().nonnegative() });

/** Forecasts under several sets of changes, side by side. */
export const forecastQuestionSchema = z.strictObject({
  ...scope,
  scenarios: z.array(changes).min(1).max(12).describe("Sets of changes; an empty one is the forecast itself."),
});

const range = z.tuple([z.number(), z.number()]).describe("Least and greatest value, or factor where it multiplies.");

/** One covariate that a search may move: to one value for the whole span, or by one factor or summand. */
const leverSchema = z.strictObject({
  covariate: z.string(),
  operation: z.enum(["set", "multiply", "add"]).default("multiply"),
  range: range.optional().describe("By default what training has seen, 0.5 to 1.5 for factors."),
  from: edgeSchema,
  to: edgeSchema,
});

/** Which value of one covariate brings the total to a goal? */
export const goalQuestionSchema = z.strictObject({
  ...scope,
  changes: changes.default([]).describe("Changes that hold besides."),
  lever: leverSchema,
  goal: z.number().describe("Total of the forecast over the window and the series in scope."),
});

/** Which values of several covariates make the total largest or smallest? */
export const optimumQuestionSchema = z.strictObject({
  ...scope,
  changes: changes.default([]).describe("Changes that hold besides."),
  levers: z.array(leverSchema).min(1).max(6),
  direction: z.enum(["maximise", "minimise"]).default("maximise"),
  worth: z
    .string()
    .optional()
    .describe(
      "Covariate that each unit of the target is worth, such as price: then turnover is sought, not the total.",
    ),
  budget: z
    .strictObject({
      limit: z.number(),
      costs: z
        .record(z.string(), z.number())
        .describe("Cost of one more unit of a covariate at one step of one series."),
    })
    .optional()
    .describe("What the changes may cost in all."),
});

/** How often training has seen values: a histogram of numbers, or counts of texts. */
export const supportSchema = z.object({
  /** Edges of equally wide bins, one more than counts; absent for texts. */
  edges: z.array(z.number()).optional(),
  /** Share of the past rows in each bin, or of each category. */
  shares: z.array(z.number()),
});

/** A known covariate over the forecast window of one series. */
export const whatIfCovariateSchema = z.object({
  name: z.string(),
  /** One value a step. */
  values: z.array(cellSchema),
  /** Present exactly where the covariate is text. */
  categories: z.array(z.string()).optional(),
  /** Range seen in training over all series, numbers only. */
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  support: supportSchema.optional(),
});

export const seriesAnswerSchema = z.object({
  covariates: z.array(whatIfCovariateSchema),
  /** Whether monotone constraints can be given to the model: some member is boosted trees. */
  constrainable: z.boolean().default(false),
  warnings: z.array(shortProblemSchema).default([]),
});

/** What one set of changes leads to. */
export const scenarioAnswerSchema = z.object({
  /** `horizon` values of the asked series. */
  mean: z.array(z.number()),
  /** levels × horizon. */
  quantiles: z.array(z.array(z.number())),
  /** Sum of the means over the window and the series in scope. */
  total: z.number(),
  /** What each changed covariate moved of the total: they add up to its difference from the forecast's. */
  moved: z.array(z.object({ factor: z.string(), change: z.number() })).default([]),
  /** Totals of every series in scope, where several are. */
  totals: z.array(z.number()).optional(),
  warnings: z.array(shortProblemSchema).default([]),
});

export const forecastAnswerSchema = z.object({
  /** Total without any change. */
  base: z.number(),
  baseTotals: z.array(z.number()).optional(),
  scenarios: z.array(scenarioAnswerSchema),
});

export const goalAnswerSchema = z.object({
  /** Value, factor or summand of the lever. */
  value: z.number(),
  reached: z.boolean(),
  base: z.number(),
  answer: scenarioAnswerSchema,
  /** Totals at the values that were tried, by value: the lever's response. */
  curve: z.array(z.object({ value: z.number(), total: z.number() })),
});

export const optimumAnswerSchema = z.object({
  values: z.array(z.object({ covariate: z.string(), value: z.number(), atBound: z.boolean() })),
  /** What was made largest or smallest: the total, or the turnover. */
  objective: z.object({ base: z.number(), best: z.number() }),
  cost: z.number(),
  base: z.number(),
  answer: scenarioAnswerSchema,
  /** Combinations that were tried. */
  tried: z.int(),
});

/** Contributions to the forecasts of one series, or to one quantile of them. */
export const explainQuestionSchema = z.strictObject({
  series: z.int().nonnegative(),
  level: z.number().gt(0).lt(1).optional().describe("Quantile to explain; the mean forecast when left out."),
  lags: z.boolean().default(false).describe("One factor a lag instead of the whole history as one."),
  samples: z.int().min(2).max(4096).default(64),
});

export const explainAnswerSchema = z.object({
  factors: z.array(z.string()),
  exact: z.boolean(),
  /** `horizon` values. */
  baseline: z.array(z.number()),
  /** horizon × factors. */
  contributions: z.array(z.array(z.number())),
  /** horizon × factors, where sampled. */
  standardError: z.array(z.array(z.number())).optional(),
});

export type WhatIfChange = z.infer<typeof whatIfChangeSchema>;
export type WhatIfCovariate = z.infer<typeof whatIfCovariateSchema>;
export type WhatIfSupport = z.infer<typeof supportSchema>;
export type WhatIfLever = z.infer<typeof leverSchema>;
export type SeriesAnswer = z.infer<typeof seriesAnswerSchema>;
export type ForecastQuestion = z.infer<typeof forecastQuestionSchema>;
export type ForecastAnswer = z.infer<typeof forecastAnswerSchema>;
export type ScenarioAnswer = z.infer<typeof scenarioAnswerSchema>;
export type GoalQuestion = z.infer<typeof goalQuestionSchema>;
export type GoalAnswer = z.infer<typeof goalAnswerSchema>;
export type OptimumQuestion = z.infer<typeof optimumQuestionSchema>;
export type OptimumAnswer = z.infer<typeof optimumAnswerSchema>;
export type ExplainQuestion = z.infer<typeof explainQuestionSchema>;
export type ExplainAnswer = z.infer<typeof explainAnswerSchema>;
