import type { RequestHandler } from "express";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { runStates } from "../../../protocol/run-states.ts";
import type { RunQueue } from "../queue/queue.ts";
import type { Store } from "../store/store.ts";

/** What `/metrics` shows: requests, runs by state, and the process. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<"method" | "route" | "status">;

  constructor(store: Store, queue: RunQueue) {
    collectDefaultMetrics({ register: this.#registry, prefix: "almanac_" });
    this.#requests = new Histogram({
      name: "almanac_http_request_seconds",
      help: "Time to answer a request.",
      labelNames: ["method", "route", "status"],
      buckets: [0.002, 0.005, 0.015, 0.05, 0.1, 0.5, 2, 10],
      registers: [this.#registry],
    });
    new Gauge({
      name: "almanac_runs",
      help: "Runs by state, of all tenants.",
      labelNames: ["state"],
      registers: [this.#registry],
      async collect() {
        for (const state of runStates) {
          let count = 0;
          for (const tenant of await store.tenants()) count += await tenant.runs.count({ state });
          this.set({ state }, count);
        }
      },
    });
    new Gauge({
      name: "almanac_runs_under_way",
      help: "Runs this process carries out now.",
      registers: [this.#registry],
      collect() {
        this.set(queue.running);
      },
    });
  }

  /** Times every request, by route and not by address: no identifier becomes a label. */
  readonly middleware: RequestHandler = (request, response, next) => {
    const end = this.#requests.startTimer();
    response.on("finish", () => {
      const route = (request.route as { path?: string } | undefined)?.path ?? "none";
      end({ method: request.method, route, status: String(response.statusCode) });
    });
    next();
  };

  async text(): Promise<{ type: string; body: string }> {
    return { type: this.#registry.contentType, body: await this.#registry.metrics() };
  }
}
