import { z } from "zod";

export const severities = ["error", "warning", "information"] as const;

/** A problem without its place: as events, reports and run records keep it. */
export const shortProblemSchema = z.object({
  severity: z.enum(severities),
  code: z.string().describe("Stable identifier in kebab case; docs/reference/problems.md lists them."),
  message: z.string(),
  fix: z.string().optional(),
});

export type ShortProblem = z.output<typeof shortProblemSchema>;

const place = z.object({ line: z.int(), column: z.int() });

/** A problem with its place in a file, as the API answers it. */
export const placedProblemSchema = shortProblemSchema.extend({
  file: z.string().optional(),
  range: z.object({ start: place, end: place }).optional(),
});

/** A problem with everything known of it, as it crosses from one process to another. */
export const problemSchema = placedProblemSchema.extend({
  path: z.array(z.union([z.string(), z.number()])).optional(),
  replacement: z.string().optional(),
  counts: z.record(z.string(), z.number()).optional(),
});
