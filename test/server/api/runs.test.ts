import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StoredEvent } from "../../../protocol/api/runs.ts";
import { hold, release } from "../fixtures/orders.ts";
import { startTestDaemon, type TestDaemon } from "../test-daemon.ts";

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon({ concurrency: 2 });
});
afterAll(() => daemon.close());

const states = (events: StoredEvent[]) =>
  events.flatMap(({ event }) => (event.type === "run-state" ? event.state : []));

describe("a run, from queue to files", () => {
  let id: string;
  let events: StoredEvent[];

  test("tells everything that happens, in order, and ends its stream", async () => {
    const run = await daemon.run("plain");
    expect(run).toMatchObject({ state: "queued", experiment: "plain", attempt: 0 });
    id = run.id;
    events = await daemon.events(id);
    expect(states(events)).toEqual(["queued", "running", "finished"]);
    const sequences = events.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    expect(events.filter(({ event }) => event.type === "task-finished")).toHaveLength(12);
  });

  test("resumes after the last event seen, without repeating or missing one", async () => {
    const middle = events[Math.floor(events.length / 2)]!.sequence;
    const rest = await Array.fromAsync(daemon.client.runEvents({ params: { id } }, { lastEventId: middle }));
    expect(rest).toEqual(events.filter(({ sequence }) => sequence > middle));
  });

  test("keeps what it found: record, leaderboard, forecast, tasks, model, dataset", async () => {
    const run = await daemon.client.getRun({ params: { id } });
    expect(run.state).toBe("finished");
    expect(run.record).toMatchObject({ fingerprint: "f00" });
    const leaderboard = await daemon.client.getLeaderboard({ params: { id } });
    expect(leaderboard).toHaveLength(3);
    const forecast = await daemon.client.getForecast({ params: { id } });
    expect(forecast.columns).toEqual(["store", "date", "mean", "q0.1", "q0.9"]);
    expect(forecast.rows[0]![0]).toBe('a, "b"');
    expect(forecast.rows[1]).toEqual(["007", "2026-01-01", null, 1, 3]);
    const paged = await daemon.client.getForecast({ params: { id }, query: { offset: 1, limit: 1 } });
    expect(paged.rows).toEqual([forecast.rows[1]]);
    expect(paged.next).toBeNull();
    const { items } = await daemon.client.listTasks({ params: { id } });
    expect(items).toHaveLength(12);
    expect(items.every(({ state }) => state === "finished")).toBe(true);
    const models = await daemon.client.listModels({ query: { run: id } });
    expect(models.items).toMatchObject([{ model: leaderboard[0]!.model, score: leaderboard[0]!.score }]);
    const datasets = await daemon.client.listDatasets();
    expect(datasets.items).toMatchObject([{ name: "plain", fingerprint: "f00", series: 2, rows: 20 }]);
  });

  test("answers an unchanged resource with 304", async () => {
    const address = `${daemon.daemon.url}/api/v1/runs/${id}`;
    const headers = { authorization: `Bearer ${daemon.daemon.token}` };
    const etag = (await fetch(address, { headers })).headers.get("etag")!;
    expect((await fetch(address, { headers: { ...headers, "if-none-match": etag } })).status).toBe(304);
  });

  test("says which file is missing, and why", async () => {
    await expect(daemon.client.getExplanations({ params: { id } })).rejects.toMatchObject({
      status: 404,
      message: "There is no explanations.json. This run did not write it.",
    });
  });

  test("is deleted with everything it had", async () => {
    await daemon.client.deleteRun({ params: { id } });
    await expect(daemon.client.getRun({ params: { id } })).rejects.toMatchObject({ status: 404 });
    expect((await daemon.client.listModels({ query: { run: id } })).items).toEqual([]);
  });
});

test("identical work is answered from the cache", async () => {
  const first = await daemon.run("twice");
  await daemon.events(first.id);
  const second = await daemon.run("twice");
  const cached = (await daemon.events(second.id)).flatMap(({ event }) =>
    event.type === "task-finished" ? event.cached : [],
  );
  expect(cached).toEqual(new Array(12).fill(true));
});

test("cancels a run that would go on for a minute, and resumes it", async () => {
  const { id } = await daemon.run("forever");
  for await (const { event } of daemon.client.runEvents({ params: { id } })) {
    if (event.type === "task-started") break;
  }
  expect((await daemon.client.cancelRun({ params: { id } })).state).toBe("cancelled");
  expect((await daemon.client.resumeRun({ params: { id } })).state).toBe("queued");
  await daemon.client.cancelRun({ params: { id } });
  await expect(daemon.client.cancelRun({ params: { id } })).rejects.toMatchObject({ status: 409 });
});

test("pauses, keeps what is finished, and goes on from there", async () => {
  hold(daemon.home, 3);
  const { id } = await daemon.run("plain", { options: { seed: 9 } });
  let finished = 0;
  for await (const { event } of daemon.client.runEvents({ params: { id } })) {
    if (event.type === "task-finished" && ++finished === 3) break;
  }
  expect((await daemon.client.pauseRun({ params: { id } })).state).toBe("paused");
  release(daemon.home);
  await daemon.client.resumeRun({ params: { id } });
  const events = await daemon.events(id);
  expect(states(events)).toEqual(["queued", "running", "paused", "queued", "running", "finished"]);
  const fresh = events.filter(({ event }) => event.type === "task-finished" && !event.cached);
  expect(fresh).toHaveLength(12);
});

test("a run that fails says why; one whose process dies is tried again, then given up", async () => {
  const failing = await daemon.run("fail");
  const events = await daemon.events(failing.id);
  expect(events.at(-1)!.event).toMatchObject({ state: "failed", reason: "The column `units` does not exist." });
  const crashing = await daemon.run("crash-always");
  expect(states(await daemon.events(crashing.id)).filter((state) => state === "running")).toHaveLength(5);
  const { reason, state, attempt } = await daemon.client.getRun({ params: { id: crashing.id } });
  expect({ state, attempt }).toEqual({ state: "failed", attempt: 5 });
  expect(reason).toMatch(/signal SIGSEGV.*Given up after 5 times/);
});

test("an experiment that is not usable is refused with its problems and their places", async () => {
  const path = daemon.experiment("broken");
  const text = "data: {source: a.csv, time: date, target: units, nonsense: 1}\nforecast: {horizon: 2}\n";
  const refusal = daemon.client.createRun({ body: { path, text } });
  await expect(refusal).rejects.toMatchObject({ status: 422, details: { code: "experiment" } });
  const { details } = (await refusal.catch((error: unknown) => error)) as { details: { problems: unknown[] } };
  expect(details.problems).toMatchObject([{ code: "unknown-key", range: { start: { line: 1 } } }]);
});

test("the same idempotency key makes one run, another body under it is refused", async () => {
  const path = daemon.experiment("once");
  const body = { path, text: "experiment: once\ndata: {source: a.csv, time: t, target: y}\nforecast: {horizon: 1}\n" };
  const options = { idempotencyKey: "my-key-1" };
  const [first, second] = [
    await daemon.client.createRun({ body }, options),
    await daemon.client.createRun({ body }, options),
  ];
  expect(second.id).toBe(first.id);
  expect((await daemon.client.listRuns({ query: { experiment: "once" } })).items).toHaveLength(1);
  await expect(daemon.client.createRun({ body: { ...body, priority: 3 } }, options)).rejects.toMatchObject({
    status: 422,
    details: { code: "key-reused" },
  });
});

test("pages go through every run once, newest first", async () => {
  const made: string[] = [];
  for (let index = 0; index < 5; index++) made.push((await daemon.run("paged")).id);
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await daemon.client.listRuns({
      query: { limit: 2, experiment: "paged", ...(after ? { after } : {}) },
    });
    seen.push(...page.items.map(({ id }) => id));
    after = page.next ?? undefined;
  } while (after);
  expect(seen).toEqual([...made].reverse());
});
