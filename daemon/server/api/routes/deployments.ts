import type { deploymentRoutes } from "../../../../protocol/api/deployments.ts";
import { driftsOf } from "../../deployments/drift.ts";
import { accuracyOf } from "../../deployments/monitoring.ts";
import { predictionTable } from "../../deployments/prediction-table.ts";
import { type Deployment, seriesText } from "../../deployments/service.ts";
import type { Handlers } from "../mount.ts";
import { moment, pageOf } from "../page.ts";
import type { Services } from "../services.ts";

function view({ row, versions, aliases }: Deployment) {
  return {
    id: row.id,
    name: row.name,
    aliases,
    retrain: row.retrain,
    versions: versions.map(({ version, run, model, approval, note, createdAt }) => {
      return { version, run, model, approval, note, createdAt: moment(createdAt) };
    }),
    createdAt: moment(row.createdAt),
    updatedAt: moment(row.updatedAt),
  };
}

export function deploymentHandlers({ deployments, driftWatch }: Services): Handlers<keyof typeof deploymentRoutes> {
  return {
    listDeployments: ({ query }, { store }) =>
      pageOf(store.deployments, {}, query, async (row) => view(await deployments.complete(store, row))),
    deploy: async ({ body }, { store }) => view(await deployments.deploy(store, body)),
    getDeployment: async ({ params }, { store }) => view(await deployments.get(store, params.name)),
    changeDeployment: async ({ params, body }, { store }) =>
      view(await deployments.setRetrain(store, params.name, body.retrain)),
    deleteDeployment: async ({ params }, { store }) => {
      await deployments.remove(store, params.name);
      return null;
    },
    reviewVersion: async ({ params, body }, { store }) =>
      view(await deployments.review(store, params.name, Number(params.version), body.approval, body.note)),
    setAlias: async ({ params, body }, { store }) =>
      view(await deployments.setAlias(store, params.name, params.alias, body.version)),
    rollback: async ({ params }, { store }) => view(await deployments.rollback(store, params.name, params.alias)),
    predict: async ({ params, body }, { store }) => {
      const { row, version, output } = await deployments.predict(store, params.name, body);
      if (body.record) driftWatch.noticePrediction(store, row);
      const { explanations } = output;
      return { version: version.version, model: version.model, ...predictionTable(output), explanations };
    },
    putActuals: async ({ params, body }, { store }) => {
      const { row } = await deployments.get(store, params.name);
      const receivedAt = Date.now();
      const rows = new Map(
        body.actuals.map(({ series, time, value }) => {
          const actual = { deployment: row.id, series: seriesText(series), time: Date.parse(time), value, receivedAt };
          return [`${actual.time} ${actual.series}`, actual] as const;
        }),
      );
      await store.actuals.putAll([...rows.values()], ["deployment", "series", "time"]);
      await driftWatch.look(store, row);
      return { received: body.actuals.length };
    },
    getAccuracy: async ({ params }, { store }) => accuracyOf(store, (await deployments.get(store, params.name)).row.id),
    getDrift: async ({ params, query }, { store }) => {
      const { target, ...others } = await driftsOf(
        store,
        (await deployments.get(store, params.name)).row.id,
        query.current,
      );
      return { ...target, ...others };
    },
  };
}
