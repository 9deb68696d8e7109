import { z } from "zod";

/** Hyperparameters of the linear model. */
export const linearOptions = z.strictObject({
  penalty: z.number().min(0).optional().describe("Strength of the shrinkage; chosen on later data when left out."),
  share: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      "Share of the penalty that sets coefficients to zero: 0 is ridge, 1 the lasso, between them elastic net.",
    ),
  centre: z
    .enum(["none", "level", "season"])
    .default("level")
    .describe("What is subtracted before learning: nothing, the recent level, or the value one season before."),
  rows: z.int().min(100).max(10_000_000).default(30_000).describe("Most training rows; more are sampled."),
});

export type LinearOptions = z.infer<typeof linearOptions>;
