import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { ConflictError, MissingError } from "../../../protocol/errors.ts";
import { valuesAt } from "../../training/outputs/forecast-csv.ts";
import { newId } from "../store/ids.ts";
import type { TenantStore } from "../store/store.ts";
import type { NewRow } from "../store/table.ts";
import type { Approval, DeploymentRow, DeploymentVersionRow, Retrain } from "../store/tables.ts";
import type { PredictionInput, PredictionOutput } from "./prediction-messages.ts";
import type { Predictor } from "./predictor.ts";

/** The alias that answers unless another is asked for. */
export const liveAlias = "live";

/** A deployment with everything that belongs to it. */
export interface Deployment {
  readonly row: DeploymentRow;
  readonly versions: readonly DeploymentVersionRow[];
  readonly aliases: Readonly<Record<string, number>>;
}

/** Deployed models: numbered versions under a name, aliases that point at approved ones, and predictions from them. */
export class DeploymentService {
  readonly #predictor: Predictor;

  constructor(predictor: Predictor) {
    this.#predictor = predictor;
  }

  async get(store: TenantStore, name: string): Promise<Deployment> {
    return this.complete(store, await rowOf(store, name));
  }

  /** A deployment's row with its versions, newest first, and aliases. */
  async complete(store: TenantStore, row: DeploymentRow): Promise<Deployment> {
    const where = { deployment: row.id };
    const versions = await store.deploymentVersions.find(where, { orderBy: [["version", "desc"]] });
    const aliases = await store.deploymentAliases.find(where);
    return { row, versions, aliases: Object.fromEntries(aliases.map(({ alias, version }) => [alias, version])) };
  }

  /**
   * Makes a finished run's model the next version of a name. The model is copied: deleting the run later, or running again,
   * does not touch what is deployed.
   */
  async deploy(
    store: TenantStore,
    { name, run, approve, note }: { name: string; run: string; approve: boolean; note?: string | undefined },
  ): Promise<Deployment> {
    const finished = await store.runs.get({ id: run });
    const source = join(store.directory, "runs", run, "model");
    if (!finished) throw new MissingError("There is no such run.");
    if (finished.state !== "finished" || !existsSync(source)) {
      throw new ConflictError(`The run is ${finished.state} and left no model to deploy.`, {
        fix: "Deploy a finished run.",
      });
    }
    const now = Date.now();
    await store.deployments.insertNew({ id: newId("dep"), name, retrain: "off", createdAt: now, updatedAt: now }, [
      "name",
    ]);
    const row = await rowOf(store, name);
    const id = newId("ver");
    const directory = join(store.directory, "deployments", id);
    await cp(source, directory, { recursive: true, errorOnExist: true, force: false });
    const model = (await store.models.get({ run }))?.model ?? "unknown";
    const approval: Approval = approve ? "approved" : "pending";
    const about = { deployment: row.id, run, model, directory, approval, note: note ?? null };
    const version = await insertNext(store, { id, ...about, createdAt: now });
    if (approve) await this.setAlias(store, name, liveAlias, version);
    return this.get(store, name);
  }

  async review(
    store: TenantStore,
    name: string,
    version: number,
    approval: Approval,
    note?: string,
  ): Promise<Deployment> {
    const row = await rowOf(store, name);
    const pointing = await store.deploymentAliases.find({ deployment: row.id, version });
    if (approval === "rejected" && pointing.length > 0) {
      const fix = "Point the alias elsewhere first.";
      throw new ConflictError(`Version ${version} is what \`${pointing[0]!.alias}\` answers with.`, { fix });
    }
    const patch = { approval, ...(note === undefined ? {} : { note }) };
    if ((await store.deploymentVersions.update({ deployment: row.id, version }, patch)) === 0) {
      throw new MissingError(`${name} has no version ${version}.`);
    }
    return this.get(store, name);
  }

  /** Points an alias at an approved version; what it pointed at before is remembered for rollback. */
  async setAlias(store: TenantStore, name: string, alias: string, version: number): Promise<Deployment> {
    const row = await rowOf(store, name);
    const found = await store.deploymentVersions.get({ deployment: row.id, version });
    if (!found) throw new MissingError(`${name} has no version ${version}.`);
    if (found.approval !== "approved") {
      const fix = "Approve it first.";
      throw new ConflictError(`Version ${version} of ${name} is ${found.approval}.`, { fix });
    }
    const now = Date.now();
    const before = await store.deploymentAliases.get({ deployment: row.id, alias });
    const previous = before?.version === version ? before.previous : (before?.version ?? null);
    const next = { deployment: row.id, alias, version, previous, updatedAt: now };
    await store.deploymentAliases.put(next, ["deployment", "alias"]);
    await store.deployments.update({ id: row.id }, { updatedAt: now });
    return this.get(store, name);
  }

  /** Points an alias back at what it named before. */
  async rollback(store: TenantStore, name: string, alias: string): Promise<Deployment> {
    const row = await rowOf(store, name);
    const current = await store.deploymentAliases.get({ deployment: row.id, alias });
    if (!current) throw new MissingError(`${name} has no alias ${alias}.`);
    if (current.previous === null) {
      throw new ConflictError(`\`${alias}\` has named no other version before.`, { fix: "Name a version instead." });
    }
    return this.setAlias(store, name, alias, current.previous);
  }

  /** Says what becomes of a deployment that drifts. */
  async setRetrain(store: TenantStore, name: string, retrain: Retrain): Promise<Deployment> {
    const row = await rowOf(store, name);
    await store.deployments.update({ id: row.id }, { retrain, updatedAt: Date.now() });
    return this.get(store, name);
  }

  async remove(store: TenantStore, name: string): Promise<void> {
    await store.deployments.remove({ id: (await rowOf(store, name)).id });
  }

  /** Forecasts from fresh history with the version an alias points at, and remembers the forecast where asked to. */
  async predict(
    store: TenantStore,
    name: string,
    request: PredictionInput & { alias?: string | undefined; record: boolean },
  ): Promise<{ row: DeploymentRow; version: DeploymentVersionRow; output: PredictionOutput }> {
    const row = await rowOf(store, name);
    const alias = await store.deploymentAliases.get({ deployment: row.id, alias: request.alias ?? liveAlias });
    if (!alias) {
      const fix = "Approve a version and point the alias at it.";
      throw new MissingError(`${name} has no alias ${request.alias ?? liveAlias}.`, { fix });
    }
    const version = (await store.deploymentVersions.get({ deployment: row.id, version: alias.version }))!;
    const output = await this.#predictor.predict(version.directory, {
      rows: request.rows,
      explain: request.explain,
      covariates: request.record,
    });
    if (request.record) await recordForecast(store, row.id, version.version, output);
    return { row, version, output };
  }
}

async function rowOf(store: TenantStore, name: string): Promise<DeploymentRow> {
  const row = await store.deployments.get({ name });
  if (!row) throw new MissingError(`There is no deployment ${name}.`);
  return row;
}

/** Key values of a series as one text: U+001F, the unit separator, occurs in no sensible key. */
export function seriesText(keys: readonly string[]): string {
  return keys.join("\u001f");
}

async function recordForecast(
  store: TenantStore,
  deployment: string,
  version: number,
  output: PredictionOutput,
): Promise<void> {
  const { keys, times, forecast, covariates = [] } = output;
  const createdAt = Date.now();
  const origin = times.reduce((first, time) => Math.min(first, time), Number.POSITIVE_INFINITY);
  const seen = covariates.map(({ series, ...value }) => {
    return { deployment, series: seriesText(series), ...value, receivedAt: createdAt };
  });
  await store.covariateValues.putAll(seen, ["deployment", "name", "series", "time"]);
  await store.predictions.insertAll(
    Array.from(times, (time, index) => {
      const series = Math.floor(index / forecast.horizon);
      const [mean = Number.NaN, point = Number.NaN, ...quantiles] = valuesAt(
        forecast,
        series,
        index % forecast.horizon,
      );
      return {
        id: newId("prd"),
        deployment,
        version,
        origin,
        time,
        mean,
        point,
        createdAt,
        series: seriesText(keys[series] ?? []),
        quantiles: Object.fromEntries(forecast.levels.map((level, place) => [String(level), quantiles[place]!])),
      };
    }),
  );
}

/** Inserts a version under the next free number, and returns it. Others that deploy at the same time take other numbers. */
async function insertNext(store: TenantStore, row: Omit<NewRow<"deploymentVersions">, "version">): Promise<number> {
  const { deployment } = row;
  for (;;) {
    const [newest] = await store.deploymentVersions.find({ deployment }, { orderBy: [["version", "desc"]], limit: 1 });
    const version = (newest?.version ?? 0) + 1;
    if (await store.deploymentVersions.insertNew({ ...row, version }, ["deployment", "version"])) return version;
  }
}

/** A forecast's time as milliseconds; wall-clock times without a zone are taken as UTC, as panels have them. */
export function momentOf(value: unknown): number {
  const text = String(value);
  return typeof value === "number" ? value : Date.parse(/Z|[+-]\d\d:?\d\d$/.test(text) ? text : isoUtc(text));
}

function isoUtc(text: string): string {
  const iso = text.trim().replace(" ", "T");
  return iso.includes("T") ? `${iso}Z` : iso;
}
