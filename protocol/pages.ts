import { z } from "zod";
import { runEventSchema } from "./events.ts";
import { reportSummarySchema } from "./report.ts";
import { runStates } from "./run-states.ts";
import {
  explainAnswerSchema,
  explainQuestionSchema,
  forecastAnswerSchema,
  forecastQuestionSchema,
  goalAnswerSchema,
  goalQuestionSchema,
  optimumAnswerSchema,
  optimumQuestionSchema,
  seriesAnswerSchema,
  seriesQuestionSchema,
} from "./what-if.ts";

/** What a page needs to know of a run beside its report. */
const runHeadSchema = z.looseObject({
  id: z.string(),
  experiment: z.string(),
  state: z.enum(runStates),
  reason: z.string().nullable().optional(),
  startedAt: z.string().nullable().optional(),
});

/** One event of a run as the daemon stores it; `run-state` is the daemon's own word on the run. */
export const liveEventSchema = z.looseObject({
  sequence: z.number(),
  time: z.string(),
  event: z.union([
    runEventSchema,
    z.object({ type: z.literal("run-state"), state: z.enum(runStates), reason: z.string().nullable() }),
  ]),
});

/** Document of the live page: a run and what has happened so far. Further events arrive as messages. */
export const liveDocumentSchema = z.object({ run: runHeadSchema, events: z.array(liveEventSchema).default([]) });

/** Document of the compare page: reports without their series' details, in the order they are to be shown. */
export const compareDocumentSchema = z
  .array(z.object({ run: runHeadSchema.optional(), summary: reportSummarySchema }))
  .min(1);

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
  /** Questions to the trained model, each answered by a message of the same type and `id`, or by `failure`. */
  z.object({ type: z.literal("what-if-series"), id: z.number(), question: seriesQuestionSchema }),
  z.object({ type: z.literal("what-if-forecast"), id: z.number(), question: forecastQuestionSchema }),
  z.object({ type: z.literal("what-if-goal"), id: z.number(), question: goalQuestionSchema }),
  z.object({ type: z.literal("what-if-optimum"), id: z.number(), question: optimumQuestionSchema }),
  z.object({ type: z.literal("explain-series"), id: z.number(), question: explainQuestionSchema }),
  /** An entry for `scenarios:` of the experiment file. */
  z.object({
    type: z.literal("save-scenario"),
    name: z.string(),
    set: z.record(z.string(), z.union([z.number(), z.string()])),
    from: z.string().optional(),
    to: z.string().optional(),
    series: z.record(z.string(), z.string()).optional(),
  }),
  /** A direction that the forecast may only follow a covariate in, for the experiment file. */
  z.object({
    type: z.literal("save-monotone"),
    covariate: z.string(),
    direction: z.union([z.literal(1), z.literal(-1)]),
  }),
]);

/** What a host tells its page. */
export const hostMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("event"), event: liveEventSchema }),
  z.object({ type: z.literal("what-if-series"), id: z.number(), answer: seriesAnswerSchema }),
  z.object({ type: z.literal("what-if-forecast"), id: z.number(), answer: forecastAnswerSchema }),
  z.object({ type: z.literal("what-if-goal"), id: z.number(), answer: goalAnswerSchema }),
  z.object({ type: z.literal("what-if-optimum"), id: z.number(), answer: optimumAnswerSchema }),
  z.object({ type: z.literal("explain-series"), id: z.number(), answer: explainAnswerSchema }),
  /** The question `id` could not be answered. */
  z.object({ type: z.literal("failure"), id: z.number(), message: z.string(), fix: z.string().optional() }),
]);

export type LiveDocument = z.infer<typeof liveDocumentSchema>;
export type LiveEvent = z.infer<typeof liveEventSchema>;
export type CompareDocument = z.infer<typeof compareDocumentSchema>;
export type PageMessage = z.infer<typeof pageMessageSchema>;
export type HostMessage = z.infer<typeof hostMessageSchema>;

/** A question to the trained model, and its answer. */
export type ModelQuestion = Extract<PageMessage, { id: number }>;
export type AnswerTo<T extends ModelQuestion["type"]> = Extract<HostMessage, { type: T; answer: unknown }>["answer"];
