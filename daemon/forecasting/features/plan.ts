import { z } from "zod";
import { frequencySchema } from "../panel/frequency-schema.ts";
import { scalingSpec } from "./scaling.ts";
import { featureName, featureSpec } from "./spec.ts";

/**
 * Everything needed to turn a panel into rows of features: made once from a training panel, saved with the model, applied to
 * every later panel.
 */
export const featurePlan = z.object({
  frequency: frequencySchema,
  horizon: z.int().min(1),
  gap: z.int().min(0),
  scaling: scalingSpec,
  /** Scale of a series without history: the mean size of the target. */
  fallbackScale: z.number().positive(),
  features: z.array(featureSpec),
  /** Texts of each categorical column in code order. */
  categories: z.record(z.string(), z.array(z.string())),
  /** Mean target of each text, by column, as a new series sees it. */
  encodings: z.record(z.string(), z.record(z.string(), z.number())),
  calendar: z.object({ country: z.string(), region: z.string().optional() }).optional(),
  /** Columns and features left out, and why. */
  dropped: z.array(z.object({ name: z.string(), reason: z.string() })),
});

export type FeaturePlan = z.infer<typeof featurePlan>;

/** Column name under which `categories` holds the series themselves. */
export const seriesColumn = "\u0000series";

/** Names of a plan's features in column order. */
export function featureNames(plan: FeaturePlan): string[] {
  return plan.features.map(featureName);
}
