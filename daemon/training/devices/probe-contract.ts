import { z } from "zod";
import { devices } from "../../../protocol/devices.ts";

const probeResult = z.discriminatedUnion("works", [
  z.object({ works: z.literal(true), millisecondsPerStep: z.number(), runtime: z.string() }),
  z.object({ works: z.literal(false), reason: z.string() }),
]);

/** How the trial of a device went. */
export type ProbeResult = z.output<typeof probeResult>;

/** What the probe is asked: a short training on a device. */
export const probeContract = { probe: { input: z.enum(devices), output: probeResult } };
