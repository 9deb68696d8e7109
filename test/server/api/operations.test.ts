import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openApiDocument } from "../../../protocol/api/openapi.ts";
import { routes } from "../../../protocol/api/routes.ts";
import { createClient } from "../../../protocol/client.ts";
import { until } from "../../fixtures/until.ts";
import { startTestDaemon, type TestDaemon } from "../test-daemon.ts";

let daemon: TestDaemon;
let run: string;
beforeAll(async () => {
  daemon = await startTestDaemon();
  run = (await daemon.run("plain")).id;
  await daemon.events(run);
});
afterAll(() => daemon.close());

describe("a deployment", () => {
  const params = { name: "store-demand" };

  test("gets a version from a finished run, and `live` points at it", async () => {
    const deployed = await daemon.client.deploy({ body: { ...params, run } });
    expect(deployed).toMatchObject({ aliases: { live: 1 }, versions: [{ version: 1, run, approval: "approved" }] });
    await expect(daemon.client.deleteRun({ params: { id: run } })).rejects.toMatchObject({ status: 409 });
  });

  test("forecasts from fresh history, and explains where asked to", async () => {
    const rows = [{ store: "1", date: "2026-01-01", units: 4 }];
    const plain = await daemon.client.predict({ params, body: { rows } });
    expect(plain.columns).toEqual(["store", "date", "mean", "point", "q0.1", "q0.9"]);
    expect(plain.rows).toHaveLength(2);
    expect(plain.explanations).toBeUndefined();
    const explained = await daemon.client.predict({ params, body: { rows, explain: true } });
    expect(explained.explanations).toEqual({ factors: [] });
  });

  test("refuses data without the target, and survives its process's death", async () => {
    await expect(daemon.client.predict({ params, body: { rows: [{ store: "1" }] } })).rejects.toMatchObject({
      status: 422,
      message: "The column `units` is missing.",
    });
    const failing = daemon.client.predict({ params, body: { rows: [{ fail: true }] } });
    await expect(failing).rejects.toMatchObject({ status: 500, details: { code: "engine", fix: "Use the CPU." } });
    const deadly = daemon.client.predict({ params, body: { rows: [{ die: true }] } });
    await expect(deadly).rejects.toMatchObject({ status: 500, message: /ended early \(exit code 9\)/ });
    const rows = [{ store: "1", date: "2026-01-01", units: 4 }];
    expect((await daemon.client.predict({ params, body: { rows } })).version).toBe(1);
  });

  test("measures its forecasts against what really happened", async () => {
    const rows = [{ store: "9", date: "2026-01-01", units: 4 }];
    const [first, second] = (await daemon.client.predict({ params, body: { rows } })).rows as [
      string,
      string,
      number,
    ][];
    const actuals = [
      { series: ["9"], time: "2026-01-02T00:00:00Z", value: first![2] + 2 },
      { series: ["9"], time: "2026-01-03T00:00:00Z", value: second![2] - 0.5 },
    ];
    await daemon.client.putActuals({ params, body: { actuals } });
    await daemon.client.putActuals({ params, body: { actuals } });
    const accuracy = await daemon.client.getAccuracy({ params });
    expect(accuracy.points).toBe(2);
    expect(accuracy.mae).toBeCloseTo(1.25, 10);
    expect(accuracy.bias).toBeCloseTo(-0.75, 10);
    expect(accuracy.coverage).toEqual({ "0.1": 0, "0.9": 0.5 });
  });

  test("says whether newer actuals look unlike the older ones", async () => {
    const values = (from: number, count: number, level: number) =>
      Array.from({ length: count }, (_, step) => ({
        series: ["drift"],
        time: new Date(Date.UTC(2027, 0, 1 + from + step)).toISOString(),
        value: level + ((step * 37) % 100) / 100,
      }));
    await daemon.client.putActuals({ params, body: { actuals: values(0, 300, 5) } });
    expect(await daemon.client.getDrift({ params, query: { current: 100 } })).toMatchObject({ drifted: false });
    await daemon.client.putActuals({ params, body: { actuals: values(300, 100, 7) } });
    const drift = await daemon.client.getDrift({ params, query: { current: 100 } });
    expect(drift).toMatchObject({ current: 100, drifted: true });
    expect(drift.ks).toBeGreaterThan(0.9);
    await daemon.client.putActuals({ params, body: { actuals: values(400, 200, 9) } });
    await daemon.client.putActuals({ params, body: { actuals: values(600, 200, 12) } });
    const alerts: unknown[] = [];
    const later = (await daemon.run("plain")).id;
    for await (const { event, run: about } of daemon.client.allEvents({}, { lastEventId: 0 })) {
      if (event.type === "deployment-drifted") alerts.push(event.deployment);
      if (event.type === "run-finished" && about === later) break;
    }
    expect(alerts).toEqual(["store-demand"]);
  });

  test("watches its errors and what it is asked with, and is trained anew where that is wanted", async () => {
    const name = "watched";
    await daemon.client.deploy({ body: { name, run } });
    const changed = await daemon.client.changeDeployment({ params: { name }, body: { retrain: "pending" } });
    expect(changed.retrain).toBe("pending");
    const day = (index: number) => new Date(Date.UTC(2026, 0, 1 + index)).toISOString();
    const rows = Array.from({ length: 40 }, (_, index) => {
      return { store: "1", date: day(index), units: 4, price: (index < 20 ? 1 : 9) + (index % 7) / 10 };
    });
    const asked = await daemon.client.predict({ params: { name }, body: { rows } });
    const level = Number(asked.rows[0]![2]);
    // Forecasts are for two days: those of the second miss by far more.
    const stores = Array.from({ length: 30 }, (_, index) => `e${index}`);
    for (const store of stores) {
      await daemon.client.predict({ params: { name }, body: { rows: [{ store, date: day(0), units: 4 }] } });
    }
    const actuals = stores.flatMap((store, index) =>
      [1, 2].map((ahead) => {
        const value = level + (ahead === 1 ? 0.1 : 5) * (1 + (index % 5) / 10);
        return { series: [store], time: `2026-01-0${1 + ahead}T00:00:00Z`, value };
      }),
    );
    await daemon.client.putActuals({ params: { name }, body: { actuals } });
    const drift = await daemon.client.getDrift({ params: { name }, query: { current: 20 } });
    expect(drift.covariates).toMatchObject({ price: { reference: 20, current: 20, drifted: true } });
    expect(drift.error).toMatchObject({ reference: 40, current: 20, drifted: true });

    const more = (from: number, count: number, value: number) =>
      Array.from({ length: count }, (_, step) => {
        return { series: ["1"], time: day(100 + from + step), value: value + ((step * 37) % 100) / 100 };
      });
    await daemon.client.putActuals({ params: { name }, body: { actuals: more(0, 300, 5) } });
    await daemon.client.putActuals({ params: { name }, body: { actuals: more(300, 200, 9) } });
    await expect
      .poll(async () => (await daemon.client.getDeployment({ params: { name } })).versions)
      .toMatchObject([{ version: 2, approval: "pending", note: "Trained anew. Drift of target." }, { version: 1 }]);
  });

  test("a version awaits approval; `live` moves only to an approved one, and back", async () => {
    const pending = await daemon.client.deploy({ body: { ...params, run, approve: false, note: "try" } });
    expect(pending.aliases.live).toBe(1);
    const alias = { ...params, alias: "live" };
    const early = daemon.client.setAlias({ params: alias, body: { version: 2 } });
    await expect(early).rejects.toMatchObject({ status: 409, details: { fix: "Approve it first." } });
    await daemon.client.reviewVersion({ params: { ...params, version: 2 }, body: { approval: "approved" } });
    expect((await daemon.client.setAlias({ params: alias, body: { version: 2 } })).aliases.live).toBe(2);
    await expect(
      daemon.client.reviewVersion({ params: { ...params, version: 2 }, body: { approval: "rejected" } }),
    ).rejects.toMatchObject({ status: 409 });
    expect((await daemon.client.rollback({ params: alias })).aliases.live).toBe(1);
  });

  test("an alias that is set twice to one version still goes back to the one before", async () => {
    const alias = { ...params, alias: "twice" };
    for (const version of [1, 2, 2]) await daemon.client.setAlias({ params: alias, body: { version } });
    expect((await daemon.client.rollback({ params: alias })).aliases.twice).toBe(1);
  });

  test("eight at once under one name become eight versions", async () => {
    const body = { name: "at-once", run, approve: true };
    const made = await Promise.all(Array.from({ length: 8 }, () => daemon.client.deploy({ body })));
    expect(made).toHaveLength(8);
    const { versions, aliases } = await daemon.client.getDeployment({ params: { name: "at-once" } });
    expect(versions.map(({ version }) => version)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(aliases.live).toBeGreaterThanOrEqual(1);
  });

  test("is guarded by If-Match", async () => {
    const path = `${daemon.daemon.url}/api/v1/deployments/store-demand`;
    const etag = (await fetch(path, { headers: { authorization: `Bearer ${daemon.daemon.token}` } })).headers.get(
      "etag",
    )!;
    const change = { params: { ...params, alias: "canary" }, body: { version: 1 } };
    await daemon.client.setAlias(change, { ifMatch: etag });
    await expect(daemon.client.setAlias(change, { ifMatch: etag })).rejects.toMatchObject({ status: 412 });
  });

  test("goes with all it recorded", async () => {
    await daemon.client.deleteDeployment({ params });
    await expect(daemon.client.getAccuracy({ params })).rejects.toMatchObject({ status: 404 });
  });
});

describe("a webhook", () => {
  let server: Server;
  let url: string;
  const received: { headers: IncomingMessage["headers"]; body: string }[] = [];
  let answer = 204;
  let arrived = () => {};
  const next = () =>
    new Promise<void>((resolve) => {
      arrived = resolve;
    });

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      received.push({ headers: request.headers, body: (await request.toArray()).join("") });
      response.writeHead(answer, answer === 302 ? { location: "http://127.0.0.1:1/" } : {}).end();
      arrived();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}/hook`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test("is refused for a type that no event has, with the nearest name", async () => {
    const path = `${daemon.daemon.url}/api/v1/webhooks`;
    const headers = { authorization: `Bearer ${daemon.daemon.token}`, "content-type": "application/json" };
    const body = JSON.stringify({ url, types: ["almanac.run-finshed"], allowPrivate: true });
    const response = await fetch(path, { method: "POST", headers, body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: "invalid",
      detail: "types.0: no event has the type `almanac.run-finshed`; did you mean `almanac.run-finished`?",
    });
    expect((await daemon.client.listWebhooks()).items).toEqual([]);
  });

  test("gets events as signed CloudEvents, and a failed delivery again on demand", async () => {
    const hook = await daemon.client.createWebhook({
      body: { url, types: ["almanac.run-finished"], allowPrivate: true },
    });
    const params = { id: hook.id };
    let came = next();
    answer = 500;
    const { id } = await daemon.run("plain");
    await came;
    const [{ headers, body }] = received as [(typeof received)[number]];
    const event = JSON.parse(body) as Record<string, unknown>;
    expect(event).toMatchObject({
      specversion: "1.0",
      type: "almanac.run-finished",
      subject: id,
      source: "/tenants/local",
    });
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
    const signature = createHmac("sha256", hook.secret).update(signed).digest("base64");
    expect(headers["webhook-signature"]).toBe(`v1,${signature}`);
    expect(headers["content-type"]).toBe("application/cloudevents+json");

    const waiting = await settled(params, "waiting");
    expect(waiting).toMatchObject({ attempts: 1, status: 500, reason: "The receiver answered 500." });
    came = next();
    answer = 204;
    await daemon.client.resendDelivery({ params: { id: waiting.id } });
    await came;
    expect(await settled(params, "delivered")).toMatchObject({ id: waiting.id, status: 204 });
    expect(received[1]!.headers["webhook-id"]).toBe(headers["webhook-id"]);
    await daemon.client.deleteWebhook({ params });
  });

  test("does not follow a redirect", async () => {
    const hook = await daemon.client.createWebhook({
      body: { url, types: ["almanac.run-finished"], allowPrivate: true },
    });
    const came = next();
    answer = 302;
    await daemon.run("plain");
    await came;
    expect(await settled({ id: hook.id }, "waiting")).toMatchObject({ status: 302 });
    await daemon.client.deleteWebhook({ params: { id: hook.id } });
  });

  /** The webhook's one delivery, once its row says that an attempt was made. */
  async function settled(params: { id: string }, state: string) {
    const first = async () => (await daemon.client.listDeliveries({ params })).items[0];
    return (await until(first, (delivery) => delivery?.state === state && delivery.attempts > 0))!;
  }
});

test("a schedule is made, changed under If-Match, and refused where its time makes no sense", async () => {
  const experiment = await daemon.client.putExperiment({ body: { path: daemon.experiment("scheduled") } });
  expect(experiment.problems).toEqual([]);
  const body = { name: "nightly", cron: "0 2 * * *", timezone: "Europe/Berlin", experiment: experiment.id };
  const made = await daemon.client.createSchedule({ body });
  expect(new Date(made.nextAt!).toLocaleTimeString("en-GB", { timeZone: "Europe/Berlin" })).toBe("02:00:00");
  const changed = await daemon.client.changeSchedule({ params: { id: made.id }, body: { cron: "30 3 * * *" } });
  expect(new Date(changed.nextAt!).toLocaleTimeString("en-GB", { timeZone: "Europe/Berlin" })).toBe("03:30:00");
  const stale = daemon.client.changeSchedule(
    { params: { id: made.id }, body: { enabled: false } },
    { ifMatch: '"old"' },
  );
  await expect(stale).rejects.toMatchObject({ status: 412 });
  await expect(
    daemon.client.createSchedule({ body: { ...body, name: "bad", cron: "61 * * * *" } }),
  ).rejects.toMatchObject({
    status: 422,
  });
  await expect(daemon.client.createSchedule({ body })).rejects.toMatchObject({ status: 409 });
  await daemon.client.deleteSchedule({ params: { id: made.id } });
});

test("metrics count requests by route, not by address", async () => {
  const headers = { authorization: `Bearer ${daemon.daemon.token}` };
  const text = await (await fetch(`${daemon.daemon.url}/metrics`, { headers })).text();
  expect(text).toMatch(/almanac_runs\{state="finished"\} \d+/);
  await daemon.client.getRun({ params: { id: run } });
  const again = await (await fetch(`${daemon.daemon.url}/metrics`, { headers })).text();
  expect(again).toContain('route="/api/v1/runs/:id"');
  expect(again).not.toContain(run);
});

test("the OpenAPI document describes every route, and is served", async () => {
  const document = openApiDocument("0") as {
    openapi: string;
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  expect(document.openapi).toMatch(/^3\.1/);
  const operations = Object.values(document.paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  );
  expect(operations.sort()).toEqual(Object.keys(routes).sort());
  const headers = { authorization: `Bearer ${daemon.daemon.token}` };
  const served = await fetch(`${daemon.daemon.url}/api/v1/openapi.json`, { headers });
  expect(Object.keys(((await served.json()) as typeof document).paths)).toEqual(Object.keys(document.paths));
  expect(await (await fetch(`${daemon.daemon.url}/api/v1/docs`, { headers })).text()).toContain(
    "/api/v1/runs/{id}/cancel",
  );
});

test("a client whose daemon is gone says so", async () => {
  const client = createClient({ url: "http://127.0.0.1:1", token: "x" });
  await expect(client.listRuns()).rejects.toThrow(/does not answer/);
});
