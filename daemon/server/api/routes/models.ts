import type { modelRoutes } from "../../../../protocol/api/models.ts";
import type { DatasetRow, ModelRow } from "../../store/tables.ts";
import type { Handlers } from "../mount.ts";
import { moment, pageOf } from "../page.ts";
import { notFound } from "../problem.ts";

function viewDataset({ id, name, fingerprint, sources, rows, series, createdAt, updatedAt }: DatasetRow) {
  return { id, name, fingerprint, sources, rows, series, createdAt: moment(createdAt), updatedAt: moment(updatedAt) };
}

function viewModel({ id, run, model, metric, score, createdAt }: ModelRow) {
  return { id, run, model, metric, score, createdAt: moment(createdAt) };
}

export function modelHandlers(): Handlers<keyof typeof modelRoutes> {
  return {
    listDatasets: ({ query }, { store }) => pageOf(store.datasets, {}, query, viewDataset),
    getDataset: async ({ params }, { store }) => {
      const row = await store.datasets.get({ id: params.id });
      if (!row) throw notFound("dataset");
      return viewDataset(row);
    },
    getProfile: async ({ params }, { store }) => {
      const row = await store.datasets.get({ id: params.id });
      if (!row?.profile) throw notFound("profile");
      return row.profile;
    },
    listModels: ({ query: { run, ...page } }, { store }) => pageOf(store.models, run ? { run } : {}, page, viewModel),
    getModel: async ({ params }, { store }) => {
      const row = await store.models.get({ id: params.id });
      if (!row) throw notFound("model");
      return viewModel(row);
    },
  };
}
