import type { LiveEvent } from "../../protocol/pages.ts";
import type { ReportProblem } from "../../protocol/report.ts";

export type CandidateStatus = "waiting" | "running" | "paused" | "scored" | "skipped" | "failed";

/** One candidate as the live page shows it. */
export interface Candidate {
  readonly id: string;
  readonly title: string;
  readonly family: string;
  readonly status: CandidateStatus;
  /** Fractions done of its tasks that run now, by task. */
  readonly tasks: Readonly<Record<string, number>>;
  readonly finishedTasks: number;
  readonly score: number | null;
  readonly windows: number;
  readonly seconds: number;
  /** Where it was trained; known once it has a score. */
  readonly device: string | undefined;
  readonly reason: string | undefined;
  /** Training losses by task, in order of arrival, each with the fraction it was reported at. */
  readonly losses: Readonly<Record<string, readonly { readonly fraction: number; readonly loss: number }[]>>;
}

/** Best score known at a moment. */
export interface ScorePoint {
  readonly seconds: number;
  readonly candidate: string;
  readonly score: number;
  readonly best: number;
}

/** Everything the live page shows: a function of the events alone, whatever order duplicates arrive in. */
export interface LiveState {
  readonly sequence: number;
  readonly state: string;
  readonly stage: string;
  readonly fraction: number;
  readonly remainingSeconds: number | undefined;
  readonly elapsedSeconds: number;
  readonly budgetSeconds: number | undefined;
  readonly workers: number | undefined;
  readonly metric: string;
  readonly windows: number | undefined;
  readonly data: { readonly series: number; readonly rows: number; readonly frequency: string } | undefined;
  readonly candidates: readonly Candidate[];
  readonly scores: readonly ScorePoint[];
  readonly warnings: readonly ReportProblem[];
  readonly winner: string | undefined;
  readonly startedAt: number | undefined;
}

/** A run of which nothing is known yet. */
export function emptyState(state: string): LiveState {
  return {
    sequence: -1,
    state,
    stage: "",
    fraction: 0,
    remainingSeconds: undefined,
    elapsedSeconds: 0,
    budgetSeconds: undefined,
    workers: undefined,
    metric: "",
    windows: undefined,
    data: undefined,
    candidates: [],
    scores: [],
    warnings: [],
    winner: undefined,
    startedAt: undefined,
  };
}

/** The state after one more event. Events that were seen before change nothing. */
export function reduce(state: LiveState, stored: LiveEvent): LiveState {
  if (stored.sequence <= state.sequence) return state;
  const moment = Date.parse(stored.time);
  const startedAt = state.startedAt ?? moment;
  const next = { ...state, sequence: stored.sequence, startedAt };
  const seconds = (moment - startedAt) / 1000;
  return apply({ ...next, elapsedSeconds: Math.max(next.elapsedSeconds, seconds) }, stored.event, seconds);
}

type Event = LiveEvent["event"];

function apply(state: LiveState, event: Event, seconds: number): LiveState {
  switch (event.type) {
    case "run-state":
      return { ...state, state: event.state };
    case "run-started":
      return {
        ...state,
        state: "running",
        metric: event.metric,
        budgetSeconds: event.budgetSeconds,
        workers: event.workers,
      };
    case "data-loaded":
      return {
        ...state,
        metric: event.metric ?? state.metric,
        data: { series: event.series, rows: event.rows, frequency: event.frequency },
      };
    case "search-planned":
      return planned(state, event);
    case "progress":
      return {
        ...state,
        stage: event.stage,
        fraction: event.fraction,
        elapsedSeconds: event.elapsedSeconds,
        remainingSeconds: event.remainingSeconds,
      };
    case "warning":
      return { ...state, warnings: [...state.warnings, event.problem] };
    case "run-finished":
      return { ...state, state: "finished", fraction: 1, remainingSeconds: 0, winner: event.winner };
    case "run-failed":
      return { ...state, state: "failed", warnings: [...state.warnings, ...event.problems] };
    case "leaderboard":
      return state;
    default:
      return applyToCandidate(state, event, seconds);
  }
}

function planned(state: LiveState, event: Extract<Event, { type: "search-planned" }>): LiveState {
  const known = new Map(state.candidates.map((candidate) => [candidate.id, candidate]));
  const waiting = event.candidates.map(({ candidate, title, family }) => ({
    ...(known.get(candidate) ?? fresh(candidate)),
    title,
    family,
  }));
  const skipped = event.skipped.map(({ candidate, reason }) => ({
    ...fresh(candidate),
    status: "skipped" as const,
    reason,
  }));
  return { ...state, windows: event.windows, candidates: [...waiting, ...skipped] };
}

function fresh(id: string): Candidate {
  return {
    id,
    title: id,
    family: "",
    status: "waiting" as const,
    tasks: {},
    finishedTasks: 0,
    score: null,
    windows: 0,
    seconds: 0,
    device: undefined,
    reason: undefined,
    losses: {},
  };
}

type CandidateEvent = Extract<Event, { candidate: string }>;

function applyToCandidate(state: LiveState, event: CandidateEvent, seconds: number): LiveState {
  const found = state.candidates.some(({ id }) => id === event.candidate);
  const all = found ? state.candidates : [...state.candidates, fresh(event.candidate)];
  const candidates = all.map((candidate) => (candidate.id === event.candidate ? changed(candidate, event) : candidate));
  if (event.type !== "candidate-scored" || event.score === null) return { ...state, candidates };
  const best = Math.min(event.score, state.scores.at(-1)?.best ?? Number.POSITIVE_INFINITY);
  return {
    ...state,
    candidates,
    scores: [...state.scores, { seconds, candidate: event.candidate, score: event.score, best }],
  };
}

function changed(candidate: Candidate, event: CandidateEvent): Candidate {
  switch (event.type) {
    case "candidate-started":
      return { ...candidate, status: "running" };
    case "task-started":
      return { ...candidate, status: "running", tasks: { ...candidate.tasks, [event.task]: 0 } };
    case "task-progress":
      return progressed(candidate, String(event.task), event.fraction, event.loss);
    case "task-finished": {
      const { [String(event.task)]: _done, ...tasks } = candidate.tasks;
      return { ...candidate, tasks, finishedTasks: candidate.finishedTasks + 1 };
    }
    case "candidate-scored": {
      const { score, windows, seconds, device } = event;
      return { ...candidate, status: "scored", score, windows, seconds, device };
    }
    case "candidate-paused":
      return { ...candidate, status: "paused", tasks: {} };
    case "candidate-resumed":
      return { ...candidate, status: "waiting" };
    case "candidate-skipped":
      return { ...candidate, status: "skipped", reason: event.reason, tasks: {} };
    case "candidate-failed":
      return { ...candidate, status: "failed", reason: event.reason, tasks: {} };
  }
}

function progressed(candidate: Candidate, task: string, fraction: number, loss: number | undefined): Candidate {
  const tasks = { ...candidate.tasks, [task]: fraction };
  if (loss === undefined) return { ...candidate, status: "running", tasks };
  const losses = { ...candidate.losses, [task]: [...(candidate.losses[task] ?? []), { fraction, loss }] };
  return { ...candidate, status: "running", tasks, losses };
}

/** Mean fraction of the candidate's running tasks; undefined where none runs. */
export function runningFraction(candidate: Candidate): number | undefined {
  const fractions = Object.values(candidate.tasks);
  return fractions.length === 0 ? undefined : fractions.reduce((sum, value) => sum + value, 0) / fractions.length;
}
