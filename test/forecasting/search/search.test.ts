import { describe, expect, test } from "vitest";
import { emptyForecast, type Forecast } from "../../../daemon/forecasting/models/forecast.ts";
import { baselineRole } from "../../../daemon/forecasting/models/search-role.ts";
import type { Candidate } from "../../../daemon/forecasting/search/candidate.ts";
import { type SearchHost, search, TooDearError } from "../../../daemon/forecasting/search/search.ts";
import { Steering } from "../../../daemon/forecasting/search/steering.ts";

const levels = [0.5];
const folds = [0, 1, 2].map((index) => ({
  index,
  stepsBack: index + 1,
  series: Int32Array.of(0),
  actual: Float64Array.of(10),
  scales: [{ absolute: 1, squared: 1 }],
}));

function candidate(id: string): Candidate {
  return { id, model: id, title: id, family: id.startsWith("yardstick") ? "baseline" : "neural", options: {} };
}

function constant(value: number): Forecast {
  const forecast = emptyForecast(1, 1, levels);
  forecast.mean.fill(value);
  forecast.point.fill(value);
  forecast.quantiles.fill(value);
  return forecast;
}

interface Script {
  readonly value?: number;
  readonly error?: Error;
  readonly fitSeconds?: number;
}

function hostOf(
  script: Readonly<Record<string, Script>>,
  options: Partial<SearchHost> = {},
): SearchHost & { log: string[] } {
  const log: string[] = [];
  return {
    log,
    folds,
    roleOf: ({ family }) => (family === "baseline" ? baselineRole : { baseline: false, effort: 3 }),
    oneFit: () => false,
    metric: "mae",
    levels,
    workers: 1,
    deadline: Number.POSITIVE_INFINITY,
    timeUp: new AbortController().signal,
    signal: new AbortController().signal,
    propose: () => undefined,
    steering: new Steering(),
    evaluate: async ({ id }, asked) => {
      log.push(`${id}@${asked.join()}`);
      const { error, value = 10, fitSeconds = 0 } = script[id]!;
      if (error !== undefined) throw error;
      return {
        forecasts: asked.map(() => constant(value)),
        fitSeconds,
        predictSeconds: 0,
        notes: [],
        warnings: [],
        device: "cpu",
      };
    },
    onStart: () => {},
    onScore: () => {},
    onEnd: () => {},
    ...options,
  };
}

describe("search", () => {
  test("tries everything on the latest origin first, then the better ones on the others", async () => {
    const host = hostOf({ good: { value: 11, fitSeconds: 1 }, better: { value: 10.5, fitSeconds: 1 } });
    await search(["good", "better"].map(candidate), host);
    expect(host.log).toEqual(["good@0", "better@0", "better@1", "better@2", "good@1", "good@2"]);
  });

  test("a quick one is tried on all origins before a dear one uses the time up", async () => {
    const host = hostOf({ dear: { value: 10.5 }, "yardstick-quick": { value: 12 } });
    await search(["yardstick-quick", "dear"].map(candidate), host);
    expect(host.log).toEqual([
      "yardstick-quick@0",
      "yardstick-quick@1",
      "yardstick-quick@2",
      "dear@0",
      "dear@1",
      "dear@2",
    ]);
  });

  test("one fit that serves all origins is asked for once", async () => {
    const host = hostOf({ good: { value: 11 }, better: { value: 10.5 } }, { oneFit: () => true });
    const trials = await search(["good", "better"].map(candidate), host);
    expect(host.log).toEqual(["good@0,1,2", "better@0,1,2"]);
    expect(trials.map(({ parts, score }) => [parts.length, score])).toEqual([
      [3, 1],
      [3, 0.5],
    ]);
  });

  test("candidates that one fit suffices for are tried on all origins before the others are extended", async () => {
    const host = hostOf({ local: { value: 11 }, global: { value: 10.5 } }, { oneFit: ({ id }) => id === "global" });
    await search(["local", "global"].map(candidate), host);
    expect(host.log).toEqual(["local@0", "global@0,1,2", "local@1", "local@2"]);
  });

  test("proposals fill the time that is left, those that do well on the latest origin on all of them", async () => {
    const script = { base: { value: 11 }, better: { value: 10.5 }, worse: { value: 12 } };
    const names = ["better", "worse"];
    const host = hostOf(script, {
      propose: ([from]) => {
        const id = names.shift();
        return id === undefined ? undefined : { candidate: candidate(id), from: from! };
      },
    });
    const trials = await search([candidate("base")], host);
    expect(host.log.slice(3)).toEqual(["better@0", "better@1", "better@2", "worse@0"]);
    expect(trials.map((trial) => trial.candidate.id)).toEqual(["base", "better", "worse"]);
  });

  test.each([0, 1])(
    "hopeless candidates get one origin only, yardsticks all, whether fits take %d s",
    async (fitSeconds) => {
      const names = ["a", "b", "c", "hopeless", "yardstick"];
      const values: Readonly<Record<string, number>> = { hopeless: 90, yardstick: 100 };
      const script = Object.fromEntries(names.map((name) => [name, { value: values[name] ?? 11, fitSeconds }]));
      const trials = await search(names.map(candidate), hostOf(script));
      expect(trials.map(({ parts }) => parts.length)).toEqual([3, 3, 3, 1, 3]);
    },
  );

  test("a failure is reported with its reason and does not stop the others", async () => {
    const trials = await search(
      ["bad", "fine"].map(candidate),
      hostOf({ bad: { error: new Error("singular matrix") }, fine: {} }),
    );
    expect(trials[0]).toMatchObject({ status: "failed", reason: "singular matrix" });
    expect(trials[1]).toMatchObject({ status: "tried", score: 0 });
  });

  test("a candidate that is too dear is skipped with the figures", async () => {
    const error = new TooDearError("It would take about 300 s of its 20 s share of the budget.");
    const trials = await search([candidate("dear")], hostOf({ dear: { error } }));
    expect(trials[0]).toMatchObject({ status: "skipped", reason: error.message });
  });

  test("when the budget has ended, the rest is skipped and what is done counts", async () => {
    const timeUp = new AbortController();
    const host = hostOf({ first: {}, late: {} }, { timeUp: timeUp.signal });
    const evaluate: SearchHost["evaluate"] = async (one, fold, seconds, signal) => {
      if (one.id === "first") return host.evaluate(one, fold, seconds, signal);
      timeUp.abort();
      throw signal.reason;
    };
    const trials = await search(["first", "late"].map(candidate), { ...host, evaluate });
    expect(trials[0]!.status).toBe("tried");
    expect(trials[1]).toMatchObject({ status: "skipped", reason: "The budget ended while it was fitted." });
  });

  test("cancelling rejects with the reason", async () => {
    const controller = new AbortController();
    const host = hostOf({ a: {} }, { signal: controller.signal });
    const evaluate: SearchHost["evaluate"] = async () => {
      controller.abort(new Error("stop"));
      throw controller.signal.reason;
    };
    await expect(search([candidate("a")], { ...host, evaluate })).rejects.toThrow("stop");
  });
});

describe("steering", () => {
  /** Evaluations that end only when told to, in the order they began. */
  function hanging(steering: Steering, workers: number, timeUp = new AbortController().signal) {
    const begun: { id: string; finish: () => void }[] = [];
    const ended: string[] = [];
    const host = hostOf(
      {},
      {
        steering,
        workers,
        timeUp,
        folds: folds.slice(0, 1),
        evaluate: ({ id }, _fold, _seconds, signal) =>
          new Promise((resolve, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason), { once: true });
            const outcome = {
              forecasts: [constant(10)],
              fitSeconds: 1,
              predictSeconds: 0,
              notes: [],
              warnings: [],
              device: "cpu" as const,
            };
            begun.push({ id, finish: () => resolve(outcome) });
          }),
        onEnd: ({ candidate: { id }, status, reason = "" }) => ended.push(`${id} ${status} ${reason}`.trim()),
      },
    );
    const running = () => begun.map(({ id }) => id);
    const finish = (id: string) =>
      begun
        .filter((one) => one.id === id)
        .at(-1)!
        .finish();
    return { host, running, finish, ended };
  }
  /** Resolves once nothing goes on any more but what waits for the test. */
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  test("a paused candidate makes room for the others and is done once it goes on", async () => {
    const steering = new Steering();
    const { host, running, finish } = hanging(steering, 1);
    const found = search(["long", "short"].map(candidate), host);
    steering.set("long", "pause");
    await settled();
    expect(running()).toEqual(["long", "short"]);
    finish("short");
    await settled();
    expect(running()).toEqual(["long", "short"]);
    steering.set("long", undefined);
    await settled();
    expect(running()).toEqual(["long", "short", "long"]);
    finish("long");
    expect((await found).map(({ status }) => status)).toEqual(["tried", "tried"]);
  });

  test("a cancelled candidate stops at once and is left out, also one that has a score already", async () => {
    const steering = new Steering();
    const { host, finish, ended } = hanging(steering, 2);
    const found = search(["dear", "scored", "kept"].map(candidate), host);
    finish("scored");
    await settled();
    steering.set("dear", "cancel");
    steering.set("scored", "cancel");
    expect(ended).toEqual(["dear skipped Cancelled.", "scored skipped Cancelled."]);
    await settled();
    finish("kept");
    expect((await found).map(({ status }) => status)).toEqual(["skipped", "skipped", "tried"]);
    steering.set("dear", undefined);
    expect(steering.wishFor("dear")).toBe("cancel");
  });

  test("one cancelled before is never begun; one that stays paused costs the search its time and no more", async () => {
    const steering = new Steering({ gone: "cancel", later: "pause" });
    const timeUp = new AbortController();
    const { host, running, finish } = hanging(steering, 2, timeUp.signal);
    const found = search(["gone", "later", "now"].map(candidate), host);
    await settled();
    expect(running()).toEqual(["now"]);
    finish("now");
    await settled();
    timeUp.abort();
    expect((await found).map(({ status, reason }) => reason ?? status)).toEqual([
      "Cancelled.",
      "It was paused until the budget ended.",
      "tried",
    ]);
  });
});
