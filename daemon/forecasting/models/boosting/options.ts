import { z } from "zod";

/** Hyperparameters of the boosted trees. */
export const boostingOptions = z
  .strictObject({
    strategy: z
      .enum(["direct", "per-step", "recursive"])
      .default("direct")
      .describe("One model for all steps ahead, models for up to 12 groups of steps, or one step after the other."),
    objective: z
      .enum(["auto", "squared", "absolute", "huber", "poisson", "tweedie", "quantile"])
      .default("auto")
      .describe(
        "Loss of the point forecast; auto: Huber, which outliers do not rule; quantile: trees of their own for every quantile, the median as the forecast.",
      ),
    transform: z
      .enum(["none", "log"])
      .default("none")
      .describe(
        "What is done to the target first: nothing, or its logarithm, for values above zero that vary by a share of their level.",
      ),
    centre: z
      .enum(["none", "level", "season"])
      .default("level")
      .describe("What is subtracted before learning: nothing, the recent level, or the value one season before."),
    unit: z
      .enum(["size", "change"])
      .default("change")
      .describe("What values are divided by: the mean size of recent values, or of seasonal differences."),
    huber: z.number().positive().default(0.3).describe("Scaled error from which the Huber loss grows linearly."),
    rounds: z.int().min(1).max(20_000).default(600).describe("Most trees; early stopping chooses fewer."),
    learningRate: z.number().positive().max(1).default(0.08),
    leaves: z.int().min(2).max(4096).default(31),
    depth: z.int().min(1).max(30).default(30).describe("Most splits from root to leaf."),
    minData: z.int().min(1).default(20).describe("Fewest rows in a leaf."),
    featureFraction: z.number().positive().max(1).default(0.6).describe("Share of the features a tree sees."),
    rowFraction: z.number().positive().max(1).default(0.8).describe("Share of the rows a tree sees."),
    sampling: z
      .enum(["rows", "gradient"])
      .default("rows")
      .describe("Which rows a tree sees: a random share, or those with large errors and some of the rest (GOSS)."),
    l1: z.number().min(0).default(0),
    l2: z.number().min(0).default(1),
    maxBins: z.int().min(3).max(256).default(128),
    patience: z.int().min(1).default(30).describe("Rounds without progress on later data before training stops."),
    rows: z.int().min(100).max(20_000_000).default(100_000).describe("Most training rows; more are sampled."),
    monotone: z
      .record(z.string(), z.union([z.literal(1), z.literal(-1)]))
      .default({})
      .describe("Covariates the forecast may only rise (1) or fall (-1) with, such as {price: -1}."),
  })
  .refine(({ objective, strategy }) => objective !== "quantile" || strategy !== "recursive", {
    path: ["objective"],
    message:
      "Quantiles of one step do not add up to those of many: use objective quantile with strategy direct or per-step.",
  })
  .refine(({ objective, transform }) => transform === "none" || (objective !== "poisson" && objective !== "tweedie"), {
    path: ["transform"],
    message: "Losses of counts have a logarithm of their own: use transform none with objective poisson or tweedie.",
  });

export type BoostingOptions = z.infer<typeof boostingOptions>;
