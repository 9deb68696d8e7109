import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { isDiskFull } from "../../../daemon/training/files/persist.ts";
import { ProcessEndedError } from "../../../daemon/training/workers/processes/ended.ts";
import { type ProcessOptions, Subprocess } from "../../../daemon/training/workers/processes.ts";
import { DataError, EngineError, ExperimentError, RemoteError } from "../../../protocol/errors.ts";
import { oddContract } from "./fixtures/odd-contract.ts";

type Odd = Subprocess<typeof oddContract>;

const started: Odd[] = [];
afterEach(() => {
  for (const process of started.splice(0)) process.kill();
});

function start(options: Partial<ProcessOptions> = {}): Odd {
  const entry = new URL("./fixtures/odd-process.ts", import.meta.url);
  const process = new Subprocess(oddContract, { entry, title: "The odd process", memoryMiB: 256, ...options });
  started.push(process);
  return process;
}

/** What a promise is rejected with. */
async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  const answer = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in answer) return answer.error;
  throw new Error(`It was answered: ${String(answer.value)}`);
}

describe("questions and answers", () => {
  test("a process that is killed leaves the code that it compiled to the next one", async () => {
    const cache = mkdtempSync(join(tmpdir(), "almanac-cache-"));
    try {
      const odd = start({ env: { NODE_COMPILE_CACHE: cache } });
      await odd.ask("double", 2);
      odd.kill();
      await odd.gone;
      expect(readdirSync(cache, { recursive: true }).length).toBeGreaterThan(10);
    } finally {
      rmSync(cache, { recursive: true });
    }
  });

  test("typed arrays arrive as they were sent", async () => {
    expect(await start().ask("mean", Float64Array.of(1, 2, 6))).toBe(3);
  });

  test("two questions at once are answered each with its own answer, in whatever order", async () => {
    const odd = start();
    const begun: string[] = [];
    const answers: string[] = [];
    const hold = (name: string) =>
      odd.ask("hold", name, { onNews: (news) => begun.push(news) }).then((answer) => answers.push(answer));
    const both = Promise.all([hold("first"), hold("second")]);
    await expect.poll(() => begun).toEqual(["first", "second"]);
    expect(odd.asked).toBe(2);
    await odd.ask("release", "second");
    await expect.poll(() => answers.length).toBe(1);
    await odd.ask("release", "first");
    await both;
    expect(answers).toEqual(["second of 2", "first of 1"]);
  });

  test("an input or an answer that is not of the form is an error, and the process goes on", async () => {
    const odd = start();
    // @ts-expect-error: a text where a number is asked for
    expect(await rejectionOf(odd.ask("double", "two"))).toMatchObject({ name: "ZodError" });
    expect(await rejectionOf(odd.ask("wrongForm", null))).toMatchObject({
      message: "The odd process gave an answer to wrongForm that is not of its form.",
    });
    expect(await rejectionOf(odd.ask("unsendable", null))).toMatchObject({
      message: expect.stringContaining("could not be cloned"),
    });
    expect(await odd.ask("double", 4)).toBe(8);
  });

  test("a listener that throws fails its own question", async () => {
    const mistake = new Error("the listener's mistake");
    const onNews = () => {
      throw mistake;
    };
    expect(await rejectionOf(start().ask("hold", "one", { onNews }))).toBe(mistake);
  });
});

describe("errors come back as what they are", () => {
  test("a DataError with its code and place", async () => {
    const error = await rejectionOf(start().ask("fail", "data"));
    expect(error).toBeInstanceOf(DataError);
    expect(error).toMatchObject({
      tag: "data",
      code: "bad-number",
      file: "sales.csv",
      column: "units",
      row: 3,
      value: "x",
      message: "Row 3: `units` is no number.",
      fix: "Send a number.",
      cause: { message: "strtod" },
    });
  });

  test("an ExperimentError with its problems, EngineError and RemoteError", async () => {
    const odd = start();
    const error = await rejectionOf(odd.ask("fail", "experiment"));
    expect(error).toBeInstanceOf(ExperimentError);
    expect(error).toMatchObject({ problems: [{ code: "unknown-key", path: ["forecast", 0], file: "a.yaml" }] });
    const engine = await rejectionOf(odd.ask("fail", "engine"));
    expect(engine).toBeInstanceOf(EngineError);
    expect(engine).toMatchObject({ message: "The device is gone.", fix: "Use the CPU." });
    expect(await rejectionOf(odd.ask("fail", "remote"))).toBeInstanceOf(RemoteError);
  });

  test("a full disk can still be told, by its cause", async () => {
    const error = await rejectionOf(start().ask("fail", "full"));
    expect(isDiskFull(error)).toBe(true);
    expect(error).toMatchObject({ code: "disk-full", cause: { code: "ENOSPC" } });
  });

  test("a mistake of the program with its name and where it was made; a thrown text", async () => {
    const odd = start();
    const mistake = await rejectionOf(odd.ask("fail", "mistake"));
    expect(mistake).toMatchObject({ name: "TypeError", message: "undefined is not a function" });
    expect((mistake as Error).stack).toContain("odd-process.ts");
    expect(await rejectionOf(odd.ask("fail", "text"))).toMatchObject({ message: "only a text" });
  });
});

describe("a process that ends", () => {
  test("during a question: all that wait hear how, and what it said last", async () => {
    const odd = start();
    const [crashed, other] = await Promise.all([
      rejectionOf(odd.ask("die", "SIGSEGV")),
      rejectionOf(odd.ask("waitForCancel", false)),
    ]);
    expect(crashed).toBeInstanceOf(ProcessEndedError);
    expect(crashed).toMatchObject({
      message: "The odd process ended early (signal SIGSEGV): RangeError: the worst of it",
      end: { signal: "SIGSEGV", stderr: "something went by\nRangeError: the worst of it\n" },
    });
    expect(other).toBe(crashed);
    expect(odd.open).toBe(false);
    expect(odd.asked).toBe(0);
  });

  test("with an exit code, and by a kill from elsewhere", async () => {
    expect(await rejectionOf(start().ask("die", 7))).toMatchObject({
      message: "The odd process ended early (exit code 7): RangeError: the worst of it",
    });
    expect(await rejectionOf(start().ask("die", "SIGKILL"))).toMatchObject({
      message: "The odd process was killed (SIGKILL), as the system does when memory runs out.",
    });
  });

  test("a question after its end fails with how it ended", async () => {
    const odd = start();
    const ended = await rejectionOf(odd.ask("die", 3));
    expect(await rejectionOf(odd.ask("double", 1))).toBe(ended);
    expect(await odd.gone).toBe(ended);
  });

  test("whose heap reaches its limit says so", async () => {
    const error = await rejectionOf(start({ memoryMiB: 40 }).ask("fillHeap", null));
    expect(error).toMatchObject({
      outOfHeap: true,
      message: "The odd process ran out of memory: its heap reached the limit of 40 MiB.",
      fix: "Give it fewer series, use fewer workers, or take a machine with more memory.",
    });
  });

  test("a program or a Node that is not there cannot be started", async () => {
    const entry = new URL("./fixtures/no-such-process.ts", import.meta.url);
    expect(await rejectionOf(start({ entry }).ask("double", 1))).toMatchObject({
      message: expect.stringMatching(/^The odd process ended early \(exit code 1\): Error: Cannot find module/),
    });
    expect(await rejectionOf(start({ node: "/no/such/node" }).ask("double", 1))).toMatchObject({
      message: expect.stringMatching(/^The odd process could not be started: .*ENOENT/),
    });
  });

  test.each([[{ t: "x" }], ["a text"], [null], [[1, 2]], [{ t: "s", r: 1 }], [{ t: "q", m: 5, a: [] }]])(
    "garbage on the channel, %j, fails what is under way and ends the process",
    async (message) => {
      const odd = start();
      const [sender, other] = await Promise.all([
        rejectionOf(odd.ask("garbage", message)),
        rejectionOf(odd.ask("waitForCancel", false)),
      ]);
      expect(sender).toMatchObject({
        message: "The odd process sent what is no message of Almanac and was stopped.",
        end: { signal: "SIGKILL" },
      });
      expect(other).toBe(sender);
    },
  );

  test("an answer to a question that nobody asked is passed over", async () => {
    const odd = start();
    const waiting = odd.ask("garbage", { t: "s", i: "nobody's", r: 5 });
    expect(await odd.ask("double", 21)).toBe(42);
    odd.kill("was stopped by the test");
    expect(await rejectionOf(waiting)).toMatchObject({ message: "The odd process was stopped by the test." });
  });
});

describe("a question that is cancelled", () => {
  const reason = new Error("no longer wanted");

  test("before it was asked is not asked", async () => {
    const odd = start();
    expect(await rejectionOf(odd.ask("double", 1, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(odd.asked).toBe(0);
  });

  test("while the process works on it: it gives it up and answers the next", async () => {
    const odd = start();
    const controller = new AbortController();
    const cancelled = odd.ask("waitForCancel", true, {
      signal: controller.signal,
      graceMs: 300_000,
      onNews: () => controller.abort(reason),
    });
    expect(await rejectionOf(cancelled)).toBe(reason);
    expect(await odd.ask("double", 3)).toBe(6);
  });

  test("and goes on nevertheless: the process is killed after the grace", async () => {
    const odd = start();
    const controller = new AbortController();
    const cancelled = odd.ask("waitForCancel", false, {
      signal: controller.signal,
      graceMs: 50,
      onNews: () => controller.abort(reason),
    });
    expect(await rejectionOf(cancelled)).toBe(reason);
    expect((await odd.gone).end.signal).toBe("SIGKILL");
  });

  test("without any grace: it is killed at once", async () => {
    const odd = start();
    const controller = new AbortController();
    const cancelled = odd.ask("double", 1, { signal: controller.signal, graceMs: 0 });
    controller.abort(reason);
    expect(await rejectionOf(cancelled)).toBe(reason);
    expect(odd.open).toBe(false);
  });
});

describe("a process that has nothing to do", () => {
  test("ends by itself after its idle time, not while it is asked", async () => {
    const odd = start({ idleMs: 1 });
    let ended = false;
    void odd.gone.then(() => {
      ended = true;
    });
    const begun: string[] = [];
    const held = odd.ask("hold", "one", { onNews: (news) => begun.push(news) });
    await expect.poll(() => begun).toEqual(["one"]);
    const released = odd.ask("release", "one");
    expect(ended).toBe(false);
    await Promise.all([held, released]);
    expect((await odd.gone).end.exitCode).toBe(0);
  });

  test("is killed where it does not end when told to", async () => {
    const odd = start();
    await odd.ask("hang", null);
    odd.end();
    expect((await odd.gone).end.signal).toBe("SIGKILL");
    expect(await rejectionOf(odd.ask("double", 1))).toMatchObject({ message: "The odd process was ended." });
  });
});

test("JSON on the channel, for a Node of another version, answers the same", async () => {
  const odd = start({ serialization: "json" });
  expect(await odd.ask("double", 4)).toBe(8);
  expect(await rejectionOf(odd.ask("fail", "data"))).toMatchObject({ code: "bad-number", row: 3 });
});
