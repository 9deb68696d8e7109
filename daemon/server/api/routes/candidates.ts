import { z } from "zod";
import type { candidateRoutes } from "../../../../protocol/api/candidates.ts";
import { hasEnded } from "../../../../protocol/run-states.ts";
import type { CandidateWish } from "../../../forecasting/search/steering.ts";
import type { TenantStore } from "../../store/store.ts";
import type { Handlers } from "../mount.ts";
import { conflict, notFound } from "../problem.ts";
import type { Services } from "../services.ts";

const planSchema = z.object({ candidates: z.array(z.object({ candidate: z.string() })) });
const progressSchema = z.object({ stage: z.string() });

const newest = { orderBy: [["sequence", "desc"]], limit: 1 } as const;

/** Refuses where the run has nothing to steer: it has ended, its search is over, or never had that candidate. */
async function checkSteerable(store: TenantStore, run: string, candidate: string): Promise<void> {
  const row = await store.runs.get({ id: run });
  if (!row) throw notFound("run");
  if (hasEnded(row.state)) {
    throw conflict("wrong-state", `The run is ${row.state}; its candidates cannot be steered.`);
  }
  const [plan] = await store.events.find({ run, type: "search-planned" }, newest);
  const planned = planSchema.safeParse(plan?.body).data?.candidates ?? [];
  if (!planned.some((one) => one.candidate === candidate)) throw notFound("candidate of this run");
  const [progress] = await store.events.find({ run, type: "progress" }, newest);
  const stage = progressSchema.safeParse(progress?.body).data?.stage;
  if (stage !== undefined && stage !== "data" && stage !== "search") {
    throw conflict("search-over", "The search of this run is over.", "Cancel the run instead.");
  }
}

export function candidateHandlers({ queue }: Services): Handlers<keyof typeof candidateRoutes> {
  type Request = { params: { id: string; candidate: string } };
  async function steer({ params: { id, candidate } }: Request, store: TenantStore, wish: CandidateWish | undefined) {
    await checkSteerable(store, id, candidate);
    await queue.steer(store, id, candidate, wish);
    const known = await store.candidateWishes.get({ run: id, candidate });
    if (known && known.wish !== wish) {
      throw conflict("candidate-cancelled", `${candidate} was cancelled for good.`, "Run the experiment again.");
    }
    return { candidate, wish: wish ?? null };
  }
  return {
    pauseCandidate: (request, { store }) => steer(request, store, "pause"),
    resumeCandidate: (request, { store }) => steer(request, store, undefined),
    cancelCandidate: (request, { store }) => steer(request, store, "cancel"),
  };
}
