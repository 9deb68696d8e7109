import { z } from "zod";
import type { RunEvent } from "../../../protocol/events.ts";
import type { CandidateWish } from "../../forecasting/search/steering.ts";
import { plain } from "../../training/workers/processes/contract.ts";

/** What a run process needs to know about a run. */
export interface RunJob {
  readonly id: string;
  /** Absolute path of the experiment file. */
  readonly path: string;
  /** Text to run in place of what the file holds; empty: read the file. */
  readonly text: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Folder the run writes its outputs to. */
  readonly directory: string;
  /** Folder of finished tasks' results, shared by all runs of the tenant. */
  readonly cache: string;
}

/** How a run ended, in its own words; a process that dies says nothing. */
export type RunOutcome =
  | { readonly state: "finished"; readonly record: Record<string, unknown> }
  | { readonly state: "failed"; readonly reason: string }
  | { readonly state: "stopped" }
  /** A process under it died, which says nothing about the run: it may be tried again. */
  | { readonly state: "crashed"; readonly reason: string }
  /** The disk is full: try again once there is room. */
  | { readonly state: "disk-full" };

/** What a run process is asked. */
export const runContract = {
  run: {
    input: plain<{ readonly job: RunJob; readonly wishes: Readonly<Record<string, CandidateWish>> }>(),
    output: plain<RunOutcome>(),
    news: plain<RunEvent>(),
  },
  /** What is wanted of one candidate of the run under way; without a wish: that it goes on. */
  steer: {
    input: z.object({ candidate: z.string(), wish: z.enum(["cancel", "pause"]).optional() }),
    output: z.null(),
  },
};
