import { z } from "zod";
import { idSchema, route } from "./route.ts";

const tag = "Runs";

const byCandidate = z.object({
  id: idSchema,
  candidate: z
    .string()
    .regex(/^[\w.-]{1,100}$/, "not a candidate's identifier")
    .describe("As the event `search-planned` names it."),
});

const steered = z.object({
  candidate: z.string(),
  wish: z.enum(["cancel", "pause"]).nullable().describe("What holds from now on; null: the candidate goes on."),
});

export const candidateRoutes = {
  pauseCandidate: route({
    method: "POST",
    path: "/runs/{id}/candidates/{candidate}/pause",
    tag,
    summary: "Stop work on one candidate for now; the others go on, and the search waits for it while it has time.",
    params: byCandidate,
    response: steered,
  }),
  resumeCandidate: route({
    method: "POST",
    path: "/runs/{id}/candidates/{candidate}/resume",
    tag,
    summary: "Go on with a paused candidate.",
    params: byCandidate,
    response: steered,
  }),
  cancelCandidate: route({
    method: "POST",
    path: "/runs/{id}/candidates/{candidate}/cancel",
    tag,
    summary: "Leave one candidate out for good; the run goes on with the others.",
    params: byCandidate,
    response: steered,
  }),
};
