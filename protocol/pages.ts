import { z } from "zod";
import { runEventSchema } from "./events.ts";
import { reportProblemSchema, reportSummarySchema } from "./report.ts";

/** What a page needs to know of a run beside its report. */
const runHeadSchema = z.looseObject({
  id: z.string(),
  experiment: z.string(),
  /** `queued`, `running`, `paused`, `finished`, `failed` or `cancelled`. */
  state: z.string(),
  reason: z.string().nullable().optional(),
  startedAt: z.string().nullable().optional(),
});

/** One event of a run as the daemon stores it; `run-state` is the daemon's own word on the run. */
export const liveEventSchema = z.looseObject({
  sequence: z.number(),
  time: z.string(),
  event: z.union([
    runEventSchema,
    z.object({ type: z.literal("run-state"), state: z.string(), reason: z.string().nullable() }),
  ]),
});

/** Document of the live page: a run and what has happened so far. Further events arrive as messages. */
export const liveDocumentSchema = z.object({ run: runHeadSchema, events: z.array(liveEventSchema).default([]) });

/** Document of the compare page: reports without their series' details, in the order they are to be shown. */
export const compareDocumentSchema = z
  .array(z.object({ run: runHeadSchema.optional(), summary: reportSummarySchema }))
  .min(1);

const cellSchema = z.union([z.number(), z.string(), z.null()]);

/** A known covariate over the forecast window of one series. */
export const whatIfCovariateSchema = z.object({
  name: z.string(),
  /** One value a step. */
  values: z.array(cellSchema),
  /** Present exactly where the covariate is text. */
  categories: z.array(z.string()).optional(),
  /** Range seen in training, numbers only. */
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});

/** What a page tells its host: the editor's extension, or the daemon in a plain browser. */
export const pageMessageSchema = z.discriminatedUnion("type", [
  /** The page takes messages from now on: it has just been loaded, or shown again, and knows nothing yet. */
  z.object({ type: z.literal("listening") }),
  z.object({ type: z.literal("cancel") }),
  z.object({ type: z.literal("pause") }),
  z.object({ type: z.literal("resume") }),
  z.object({
    type: z.literal("candidate"),
    candidate: z.string(),
    action: z.enum(["cancel", "pause", "resume"]),
  }),
  z.object({ type: z.literal("open"), page: z.enum(["report", "live", "compare", "explain", "what-if"]) }),
  /** A file to be saved where the reader says; a page inside the editor cannot download. */
  z.object({ type: z.literal("save"), name: z.string(), base64: z.string() }),
  /** Answered by `what-if-series`. */
  z.object({ type: z.literal("what-if-series"), id: z.number(), series: z.number() }),
  /** Forecast of one series with these values of its known covariates; answered by `what-if-forecast`. */
  z.object({
    type: z.literal("what-if-forecast"),
    id: z.number(),
    series: z.number(),
    values: z.record(z.string(), z.array(cellSchema)),
  }),
  /** An entry for `scenarios:` of the experiment file. */
  z.object({
    type: z.literal("save-scenario"),
    name: z.string(),
    set: z.record(z.string(), z.union([z.number(), z.string()])),
    from: z.string().optional(),
    to: z.string().optional(),
  }),
]);

/** What a host tells its page. */
export const hostMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("event"), event: liveEventSchema }),
  z.object({ type: z.literal("what-if-series"), id: z.number(), covariates: z.array(whatIfCovariateSchema) }),
  z.object({
    type: z.literal("what-if-forecast"),
    id: z.number(),
    /** `horizon` values. */
    mean: z.array(z.number()),
    /** levels × horizon. */
    quantiles: z.array(z.array(z.number())),
    /** What the change moved, summed over the window, a factor each. */
    moved: z.array(z.object({ factor: z.string(), change: z.number() })).default([]),
    warnings: z.array(reportProblemSchema).default([]),
  }),
  /** The question `id` could not be answered. */
  z.object({ type: z.literal("failure"), id: z.number(), message: z.string(), fix: z.string().optional() }),
]);

export type LiveDocument = z.infer<typeof liveDocumentSchema>;
export type LiveEvent = z.infer<typeof liveEventSchema>;
export type CompareDocument = z.infer<typeof compareDocumentSchema>;
export type WhatIfCovariate = z.infer<typeof whatIfCovariateSchema>;
export type PageMessage = z.infer<typeof pageMessageSchema>;
export type HostMessage = z.infer<typeof hostMessageSchema>;
