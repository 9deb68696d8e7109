import { z } from "zod";
import { runEventSchema } from "./events.ts";
import { nearest } from "./experiment/nearest.ts";
import { runStates } from "./run-states.ts";

const runStateEventSchema = z
  .object({
    type: z.literal("run-state"),
    state: z.enum(runStates).describe("State that the run is in now."),
    attempt: z.int().describe("1 for the first attempt; 0 before it."),
    reason: z.string().nullable().describe("Why it failed, or is tried again; null if there is nothing to say."),
  })
  .describe("A run was queued, taken up, paused, cancelled or has ended. It comes between the run's own events.");

const experimentEventSchema = z
  .object({
    type: z.literal("experiment-changed"),
    experiment: z.string().describe("Identifier of the experiment."),
    path: z.string().describe("Path of the experiment file."),
    usable: z.boolean().describe("Whether the file, as it is now, can be run."),
  })
  .describe("A watched experiment file, or data that it reads, changed on disk.");

const driftEventSchema = z
  .object({
    type: z.literal("deployment-drifted"),
    deployment: z.string().describe("Name of the deployment."),
    of: z.string().default("target").describe("`target`, `error`, or the name of a covariate."),
    psi: z.number().describe("Population stability index."),
    ks: z.number().describe("Kolmogorov–Smirnov statistic."),
  })
  .describe("Newer actuals, errors or covariates of a deployment are unlike the older ones; once a day at most.");

/** Every event that the daemon stores, streams and sends to webhooks. */
export const eventSchema = z.union([runEventSchema, runStateEventSchema, experimentEventSchema, driftEventSchema]);

/** The shape of each type of event. */
export const eventShapes = [
  ...runEventSchema.options,
  runStateEventSchema,
  experimentEventSchema,
  driftEventSchema,
] as const;

export type EventType = z.infer<typeof eventSchema>["type"];

export const eventTypes: readonly EventType[] = eventShapes.map(({ shape }) => shape.type.value);

/** Progress would flood a receiver: webhooks get states, not strides. */
const streamedOnly: ReadonlySet<EventType> = new Set<EventType>(["task-progress", "progress"]);

/** Type of an event as CloudEvents name it. */
export type WebhookType = `almanac.${EventType}`;

const webhookTypeOf = (type: EventType): WebhookType => `almanac.${type}`;

/** The type under which webhooks get an event; undefined for an event that they do not get. */
export function sentToWebhooks(type: EventType): WebhookType | undefined {
  return streamedOnly.has(type) ? undefined : webhookTypeOf(type);
}

/** Types that a webhook can ask for. */
export const webhookTypes: readonly WebhookType[] = eventTypes.flatMap((type) => sentToWebhooks(type) ?? []);

/** A type that a webhook asks for; an unknown one is refused with the nearest name. */
export const webhookTypeSchema = z.enum(webhookTypes, { error: ({ input }) => refusalOf(String(input)) });

function refusalOf(written: string): string {
  if ([...streamedOnly].some((type) => webhookTypeOf(type) === written)) {
    return `\`${written}\` is not sent to webhooks; read it from GET /api/v1/events`;
  }
  const bare = nearest(
    written.replace(/^almanac\./, ""),
    webhookTypes.map((type) => type.slice("almanac.".length)),
  );
  const advice =
    bare === undefined ? `expected one of ${webhookTypes.join(", ")}` : `did you mean \`almanac.${bare}\`?`;
  return `no event has the type \`${written}\`; ${advice}`;
}
