import { readdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { StoredEvent } from "../../protocol/api/runs.ts";
import type { WebhookType } from "../../protocol/event-types.ts";
import type { BenchRow } from "../result.ts";
import { type BenchDaemon, descendants, startDaemon } from "./process.ts";
import { writeSales } from "./sales.ts";

const boosting = "boosting: {rounds: 60}";
const network = "mlp: {members: 1, steps: 60, learningRate: 0.003, lookback: 28}";
// So long a budget that no choice of the search, which goes by shares of the time left, hangs on a slow machine.
const search = `models: {seasonal-naive: {}, auto-ets: {}, linear: {}, ${boosting}, ${network}}, budget: 2 hours`;

/** What a kill hits, by what stands in the process's command line. */
const targets = {
  daemon: "",
  "run process": "queue/run-process",
  worker: "workers/worker",
  reader: "data/worker",
};
type Target = keyof typeof targets;

interface Kill {
  readonly phase: string;
  readonly target: Target;
}

/**
 * Kills at random moments of real runs (a statistical model, boosted trees, a linear model and a small network): each run
 * completes with the numbers of an undisturbed one, says that it finished once, and its webhook hears it once.
 */
export async function killRows(home: string, kills: number, seed = 7): Promise<BenchRow[]> {
  const random = randomFrom(seed);
  const path = writeSales(join(home, "data"), search, 0, "evaluation: {windows: 2}\nexplain: true\n");
  const receiver = await Receiver.start();
  try {
    const { numbers: expected, seconds } = await undisturbed(join(home, "undisturbed"), path);
    const done: Kill[] = [];
    const wrong: string[] = [];
    let runs = 0;
    while (done.length < kills) {
      const victim = new Victim(join(home, `victim-${runs++}`), path, receiver, random, seconds);
      try {
        done.push(...(await victim.suffer(kills - done.length)));
        wrong.push(...(await victim.differences(expected)));
      } finally {
        await victim.stop();
      }
    }
    const groups = Map.groupBy(done, ({ phase, target }) => `${phase}, ${target}`);
    const rows = [...groups]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([what, group]) => ({ ratio: 1, what, kills: group.length }));
    for (const difference of wrong) console.error(`kills: ${difference}`);
    const total = `killed at ${done.length} moments: runs with another outcome than an undisturbed one`;
    return [
      { ratio: wrong.length === 0 ? 1 : 0, what: total, measured: wrong.length, promise: 0, runs, seed },
      ...rows,
    ];
  } finally {
    receiver.close();
  }
}

/** What must be the same: forecasts, scores and explanations; not how long things took. */
async function numbersOf({ client }: BenchDaemon, id: string): Promise<Record<string, string>> {
  const text = async (file: "forecast.csv" | "backtest.csv" | "explanations.json") =>
    new TextDecoder().decode(await client.getRunFile({ params: { id, file } }));
  const board = await client.getLeaderboard({ params: { id } });
  return {
    forecast: await text("forecast.csv"),
    backtest: await text("backtest.csv"),
    explanations: await text("explanations.json"),
    leaderboard: JSON.stringify(
      board.map(({ model, score, metrics, windows }) => ({ model, score, metrics, windows })),
    ),
  };
}

async function undisturbed(home: string, path: string): Promise<{ numbers: Record<string, string>; seconds: number }> {
  const daemon = await startDaemon(home);
  try {
    const begun = performance.now();
    const { id } = await daemon.client.createRun({ body: { path } });
    for await (const _ of daemon.client.runEvents({ params: { id } }));
    const { state, reason } = await daemon.client.getRun({ params: { id } });
    if (state !== "finished") throw new Error(`The undisturbed run is ${state}: ${reason}`);
    return { numbers: await numbersOf(daemon, id), seconds: (performance.now() - begun) / 1_000 };
  } finally {
    await daemon.stop();
  }
}

/** One run on a daemon of its own that is killed again and again until the run has ended. */
class Victim {
  readonly #home: string;
  readonly #path: string;
  readonly #receiver: Receiver;
  readonly #random: () => number;
  readonly #seconds: number;
  #daemon: BenchDaemon | undefined;
  #id = "";

  constructor(home: string, path: string, receiver: Receiver, random: () => number, seconds: number) {
    this.#home = home;
    this.#path = path;
    this.#receiver = receiver;
    this.#random = random;
    this.#seconds = seconds;
  }

  /** Kills up to `most` times, at moments of which half are drawn by time and half by events; returns the kills made. */
  async suffer(most: number): Promise<Kill[]> {
    this.#daemon = await startDaemon(this.#home);
    const { client } = this.#daemon;
    const types = ["almanac.run-finished", "almanac.run-state"] satisfies WebhookType[];
    await client.createWebhook({ body: { url: this.#receiver.url, types, allowPrivate: true } });
    this.#id = (await client.createRun({ body: { path: this.#path } })).id;
    const kills: Kill[] = [];
    while (kills.length < most) {
      const phase = await this.#nextMoment();
      if (phase === undefined) break;
      const target = await this.#kill();
      if (target) kills.push({ phase, target });
    }
    await this.#untilEnded();
    return kills;
  }

  /** What differs from an undisturbed run, in words. */
  async differences(expected: Record<string, string>): Promise<string[]> {
    const daemon = this.#daemon!;
    const found: string[] = [];
    const about = (what: string) => found.push(`${this.#id}: ${what}`);
    const { state, reason } = await daemon.client.getRun({ params: { id: this.#id } });
    if (state !== "finished") return [`${this.#id} is ${state}: ${reason}`];
    const numbers = await numbersOf(daemon, this.#id);
    for (const [name, text] of Object.entries(numbers)) if (text !== expected[name]) about(`another ${name}`);
    const events = await Array.fromAsync(daemon.client.runEvents({ params: { id: this.#id } }));
    const fresh = events.flatMap(({ event }) =>
      event.type === "task-finished" && !event.cached ? [`${event.candidate} ${event.task}`] : [],
    );
    const twice = fresh.filter((task, index) => fresh.indexOf(task) < index);
    if (twice.length > 0) about(`done twice: ${twice.join(", ")}`);
    for (const type of ["run-finished", "run-state"]) {
      const said = events.filter(
        ({ event }) => event.type === type && (!("state" in event) || event.state === "finished"),
      );
      if (said.length !== 1) about(`${type} was said ${said.length} times`);
    }
    for (let look = 0; look < 100 && this.#receiver.heard(this.#id) === 0; look++) await wait(100);
    if (this.#receiver.heard(this.#id) !== 1) about(`the webhook heard ${this.#receiver.heard(this.#id)} ends`);
    const left = readdirSync(join(this.#home, "tenants/local/runs", this.#id)).filter((name) =>
      /partial|work|part$/.test(name),
    );
    if (left.length > 0) about(`left behind: ${left.join(", ")}`);
    return found;
  }

  async stop(): Promise<void> {
    await this.#daemon?.stop();
  }

  /** Waits for the next moment to kill at and says what the run was doing; undefined where it ended before. */
  async #nextMoment(): Promise<string | undefined> {
    const byTime = this.#random() < 0.5;
    const until = performance.now() + this.#random() * this.#seconds * 1_000;
    const events = 1 + Math.floor(this.#random() * 45);
    const delay = this.#random() * 40;
    const controller = new AbortController();
    const timer = byTime ? setTimeout(() => controller.abort(), until - performance.now()) : undefined;
    let last: StoredEvent | undefined;
    let fresh = 0;
    try {
      const { client } = this.#daemon!;
      const newest = (await client.listTasks({ params: { id: this.#id } })).items.length;
      let seen = 0;
      for await (const event of client.runEvents({ params: { id: this.#id } }, { signal: controller.signal })) {
        last = event;
        if (event.event.type === "run-state" && ["failed", "finished"].includes(event.event.state)) {
          if (event.event.state === "finished") return undefined;
          await client.resumeRun({ params: { id: this.#id } }).catch(() => undefined);
        }
        if (++seen > newest && ++fresh >= events && !byTime) break;
      }
      if (!byTime && fresh < events) return undefined;
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
    }
    await wait(delay);
    return phaseOf(last?.event);
  }

  async #kill(): Promise<Target | undefined> {
    const names = Object.keys(targets) as Target[];
    const target = names[Math.floor(this.#random() * names.length)]!;
    const daemon = this.#daemon!;
    const pid =
      target === "daemon"
        ? daemon.process.pid
        : descendants(daemon.process.pid!).find(({ command }) => command.includes(targets[target]))?.pid;
    if (pid === undefined) return undefined;
    const gone = new Promise((resolve) => daemon.process.once("exit", resolve));
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      return undefined;
    }
    if (target === "daemon") {
      await gone;
      this.#daemon = await startDaemon(this.#home);
    }
    return target;
  }

  async #untilEnded(): Promise<void> {
    for (;;) {
      const { client } = this.#daemon!;
      const { state } = await client.getRun({ params: { id: this.#id } });
      if (state === "finished" || state === "cancelled") return;
      // Five deaths in a row before any task was done give a run up: a user may try it again.
      if (state === "failed") await client.resumeRun({ params: { id: this.#id } });
      await wait(100);
    }
  }
}

function phaseOf(event: StoredEvent["event"] | undefined): string {
  if (event === undefined || event.type === "run-state" || event.type === "run-started") return "1 starting";
  if (event.type === "progress") {
    return (
      { data: "2 reading", search: "3 search", final: "4 fit", explain: "5 explain", output: "6 writing" }[
        event.stage as "data"
      ] ?? event.stage
    );
  }
  if (event.type === "run-finished") return "7 recording";
  if (event.type === "leaderboard") return "4 fit";
  if (event.type === "task-started" || event.type === "task-finished") {
    return typeof event.task === "number" ? `3 search, fold ${event.task}` : "4 fit";
  }
  return "3 search";
}

/** A webhook's receiver: remembers each message about a finished run by its identifier. */
class Receiver {
  readonly #server: Server;
  readonly #ends = new Map<string, Set<string>>();

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const { type, subject } = JSON.parse((await request.toArray()).join("")) as { type: string; subject: string };
      if (type === "almanac.run-finished") {
        const ends = this.#ends.get(subject) ?? new Set();
        this.#ends.set(subject, ends.add(String(request.headers["webhook-id"])));
      }
      response.writeHead(204).end();
    });
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Different messages about the end of a run. */
  heard(run: string): number {
    return this.#ends.get(run)?.size ?? 0;
  }

  close(): void {
    this.#server.close();
  }
}

/** Uniform numbers in [0, 1), the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
