import type { RunEvent } from "../../../protocol/events.ts";
import type { CandidateWish } from "../../forecasting/search/steering.ts";

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

/** From the daemon to a run process. */
export type RunCommand =
  | { readonly kind: "start"; readonly job: RunJob; readonly wishes: Readonly<Record<string, CandidateWish>> }
  | { readonly kind: "stop" }
  | { readonly kind: "steer"; readonly candidate: string; readonly wish: CandidateWish | undefined };

/** From a run process to the daemon. */
export type RunReport =
  | { readonly kind: "event"; readonly event: RunEvent }
  | { readonly kind: "outcome"; readonly outcome: RunOutcome };
