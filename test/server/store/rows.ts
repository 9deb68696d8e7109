import type { NewRow } from "../../../daemon/server/store/table.ts";

/** A run as the API makes it. */
export function runRow(id: string, more: Partial<NewRow<"runs">> = {}): NewRow<"runs"> {
  return {
    id,
    experiment: "store-demand",
    path: "/tmp/store.forecast.yaml",
    text: "experiment: store-demand\n",
    options: {},
    state: "queued",
    priority: 0,
    attempt: 0,
    reason: null,
    wish: null,
    owner: null,
    heartbeatAt: null,
    createdAt: 1,
    startedAt: null,
    finishedAt: null,
    record: null,
    stale: 0,
    ...more,
  };
}
