import { expect, test } from "vitest";
import type { LiveEvent } from "../../protocol/pages.ts";
import { ranked } from "../../webview/live/page.ts";
import { emptyState, type LiveState, reduce, runningFraction } from "../../webview/live/state.ts";

type Event = LiveEvent["event"];

function play(events: readonly Event[]): LiveState {
  return events
    .map((event, sequence) => ({ sequence, time: new Date(sequence * 10_000).toISOString(), event }))
    .reduce(reduce, emptyState("queued"));
}

const ets = { candidate: "auto-ets", model: "auto-ets" };
const gru = { candidate: "gru", model: "gru" };
const plan: Event = {
  type: "search-planned",
  windows: 2,
  candidates: [
    { ...ets, title: "AutoETS", family: "statistical" },
    { ...gru, title: "GRU", family: "neural" },
  ],
  skipped: [{ candidate: "croston", model: "croston", reason: "No series is intermittent." }],
};

test("candidates go from waiting to scored, with what runs and what is left", () => {
  const state = play([
    { type: "run-started", experiment: "e", metric: "mase", budgetSeconds: 60, workers: 2 },
    plan,
    { type: "candidate-started", ...ets },
    { type: "task-started", ...ets, task: 0 },
    { type: "task-started", ...ets, task: 1 },
    { type: "task-progress", ...ets, task: 1, fraction: 0.5 },
    { type: "progress", fraction: 0.3, stage: "search", elapsedSeconds: 61, remainingSeconds: 12 },
  ]);
  expect(state).toMatchObject({ state: "running", stage: "search", metric: "mase", remainingSeconds: 12 });
  const [first, second, third] = state.candidates;
  expect([first!.status, second!.status, third!.status]).toEqual(["running", "waiting", "skipped"]);
  expect(runningFraction(first!)).toBe(0.25);
  expect(runningFraction(second!)).toBeUndefined();
});

test("a candidate with a score says where it was trained", () => {
  const { candidates } = play([
    plan,
    { type: "candidate-scored", ...gru, score: 0.8, windows: 1, seconds: 9, device: "webgpu" },
  ]);
  expect(candidates.map(({ device }) => device)).toEqual([undefined, "webgpu", undefined]);
});

test("the best score only ever falls", () => {
  const scored = (of: typeof ets, score: number | null): Event => ({
    type: "candidate-scored",
    ...of,
    score,
    windows: 1,
    seconds: 1,
  });
  const { scores } = play([plan, scored(ets, 0.9), scored(gru, 1.2), scored(gru, null), scored(ets, 0.8)]);
  expect(scores.map(({ best }) => best)).toEqual([0.9, 0.9, 0.8]);
  expect(scores.map(({ seconds }) => seconds)).toEqual([10, 20, 40]);
});

test("events that come again change nothing", () => {
  const event = { sequence: 5, time: new Date(0).toISOString(), event: plan };
  const once = reduce(emptyState("running"), event);
  expect(reduce(once, event)).toBe(once);
  expect(reduce(once, { ...event, sequence: 3 })).toBe(once);
});

test("losses are kept by task, failures with their reason, and the end is the end", () => {
  const state = play([
    plan,
    { type: "task-progress", ...gru, task: 0, fraction: 0.5, loss: 0.7 },
    { type: "task-progress", ...gru, task: "final", fraction: 0.1, loss: 0.4 },
    { type: "candidate-failed", ...gru, reason: "Out of memory." },
    { type: "run-finished", winner: "auto-ets", score: 0.8, seconds: 40, directory: "out" },
  ]);
  const candidate = state.candidates.find(({ id }) => id === "gru")!;
  expect(candidate.losses).toEqual({ 0: [{ fraction: 0.5, loss: 0.7 }], final: [{ fraction: 0.1, loss: 0.4 }] });
  expect(candidate).toMatchObject({ status: "failed", reason: "Out of memory.", tasks: {} });
  expect(state).toMatchObject({ state: "finished", winner: "auto-ets", fraction: 1 });
});

test("running candidates come first, then the scored ones by score, the skipped last", () => {
  const { candidates } = play([
    plan,
    { type: "candidate-scored", ...ets, score: 0.9, windows: 2, seconds: 1 },
    { type: "candidate-started", ...gru },
  ]);
  expect(ranked(candidates).map(({ id }) => id)).toEqual(["gru", "auto-ets", "croston"]);
});

test("a paused candidate waits where it is, and goes on", () => {
  const begun: Event[] = [plan, { type: "candidate-started", ...gru }, { type: "task-started", ...gru, task: 0 }];
  const paused = play([...begun, { type: "candidate-paused", ...gru }]).candidates[1]!;
  expect([paused.status, runningFraction(paused)]).toEqual(["paused", undefined]);
  const resumed = play([...begun, { type: "candidate-paused", ...gru }, { type: "candidate-resumed", ...gru }]);
  expect(resumed.candidates[1]!.status).toBe("waiting");
});
