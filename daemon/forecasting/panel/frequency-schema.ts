import { z } from "zod";
import { frequencyUnits } from "./frequency.ts";

/** A step's rule as plain data; see `StepRule`. */
const ruleSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("weeks"), weeks: z.array(z.int().positive()).readonly(), anchor: z.number() }),
  z.object({ kind: z.literal("weekdays"), days: z.array(z.int().min(0).max(6)).readonly() }),
  z.object({ kind: z.literal("month day"), nth: z.int(), weekday: z.int().min(0).max(6).optional() }),
  z.object({ kind: z.literal("fiscal"), start: z.int().min(0).max(11) }),
]);

/** A frequency as plain data, for requests, manifests and saved models. */
export const frequencySchema = z.object({
  unit: z.enum(frequencyUnits),
  multiple: z.int().positive(),
  endOfMonth: z.boolean().optional(),
  rule: ruleSchema.optional(),
});
