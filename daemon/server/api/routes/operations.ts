import type { operationRoutes } from "../../../../protocol/api/operations.ts";
import { resolvePublic } from "../../deployments/address-guard.ts";
import { nextTime } from "../../deployments/scheduler.ts";
import { addRemote } from "../../remote/remotes.ts";
import { newId } from "../../store/ids.ts";
import type { RemoteRow, ScheduleRow, WebhookDeliveryRow, WebhookRow } from "../../store/tables.ts";
import type { Handlers } from "../mount.ts";
import { moment, pageOf } from "../page.ts";
import { conflict, notFound, ownerOnly } from "../problem.ts";
import type { Services } from "../services.ts";

function viewSchedule(row: ScheduleRow) {
  return {
    id: row.id,
    name: row.name,
    cron: row.cron,
    timezone: row.timezone,
    experiment: row.experiment,
    enabled: row.enabled === 1,
    onlyIfChanged: row.onlyIfChanged === 1,
    missed: row.missed,
    lastAt: moment(row.lastAt),
    nextAt: moment(row.nextAt),
    createdAt: moment(row.createdAt),
    updatedAt: moment(row.updatedAt),
  };
}

function viewWebhook({ id, url, types, enabled, allowPrivate, createdAt }: WebhookRow) {
  const about = { id, url, types, enabled: enabled === 1, allowPrivate: allowPrivate === 1 };
  return { ...about, createdAt: moment(createdAt) };
}

function viewDelivery({ id, type, state, attempts, status, reason, nextAt, createdAt }: WebhookDeliveryRow) {
  return { id, type, state, attempts, status, reason, nextAt: moment(nextAt), createdAt: moment(createdAt) };
}

function viewRemote({ id, name, url, region, createdAt }: RemoteRow) {
  return { id, name, url, region, createdAt: moment(createdAt) };
}

const flag = (value: boolean): number => (value ? 1 : 0);

type Schedules = "listSchedules" | "createSchedule" | "getSchedule" | "changeSchedule" | "deleteSchedule";

function scheduleHandlers({ scheduler }: Services): Handlers<Schedules> {
  return {
    listSchedules: ({ query }, { store }) => pageOf(store.schedules, {}, query, viewSchedule),
    createSchedule: async ({ body }, { store }) => {
      if (!(await store.experiments.get({ id: body.experiment }))) throw notFound("experiment");
      const now = Date.now();
      const { name, cron, timezone, experiment, missed } = body;
      const row = {
        id: newId("sch"),
        name,
        cron,
        timezone,
        experiment,
        missed,
        fingerprint: null,
        lastAt: null,
        enabled: flag(body.enabled),
        onlyIfChanged: flag(body.onlyIfChanged),
        nextAt: nextTime(cron, timezone, now),
        createdAt: now,
        updatedAt: now,
      };
      if (!(await store.schedules.insertNew(row, ["name"]))) {
        throw conflict("name-taken", `There is a schedule ${name} already.`);
      }
      await scheduler.wake();
      return viewSchedule({ ...row, tenant: store.tenant });
    },
    getSchedule: async ({ params }, { store }) => {
      const row = await store.schedules.get({ id: params.id });
      if (!row) throw notFound("schedule");
      return viewSchedule(row);
    },
    changeSchedule: async ({ params: { id }, body }, { store }) => {
      const row = await store.schedules.get({ id });
      if (!row) throw notFound("schedule");
      const { enabled, onlyIfChanged, ...rest } = body;
      const updatedAt = Math.max(Date.now(), row.updatedAt + 1);
      const flags = {
        ...(enabled === undefined ? {} : { enabled: flag(enabled) }),
        ...(onlyIfChanged === undefined ? {} : { onlyIfChanged: flag(onlyIfChanged) }),
      };
      const nextAt = nextTime(rest.cron ?? row.cron, rest.timezone ?? row.timezone, Date.now());
      const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
      await store.schedules.update({ id }, { ...given, ...flags, nextAt, updatedAt });
      await scheduler.wake();
      return viewSchedule((await store.schedules.get({ id }))!);
    },
    deleteSchedule: async ({ params }, { store }) => {
      if ((await store.schedules.remove({ id: params.id })) === 0) throw notFound("schedule");
      return null;
    },
  };
}

type Webhooks = "listWebhooks" | "createWebhook" | "deleteWebhook" | "listDeliveries" | "resendDelivery";

function webhookHandlers({ webhooks }: Services): Handlers<Webhooks> {
  return {
    listWebhooks: ({ query }, { store }) => pageOf(store.webhooks, {}, query, viewWebhook),
    createWebhook: async ({ body: { url, types, allowPrivate } }, { store }) => {
      // A tenant of a shared daemon must not make it call into the network that it stands in.
      if (allowPrivate) ownerOnly(store, "Calling private addresses");
      await resolvePublic(new URL(url), allowPrivate);
      const now = Date.now();
      const about = { id: newId("whk"), url, types, allowPrivate: flag(allowPrivate), enabled: 1 };
      const row = { ...about, secret: webhooks.newSecret(), createdAt: now, updatedAt: now };
      await webhooks.expect(store);
      await store.webhooks.insert(row);
      return { ...viewWebhook({ ...row, tenant: store.tenant }), secret: row.secret };
    },
    deleteWebhook: async ({ params }, { store }) => {
      if ((await store.webhooks.remove({ id: params.id })) === 0) throw notFound("webhook");
      return null;
    },
    listDeliveries: async ({ params, query }, { store }) => {
      if (!(await store.webhooks.get({ id: params.id }))) throw notFound("webhook");
      return pageOf(store.webhookDeliveries, { webhook: params.id }, query, viewDelivery);
    },
    resendDelivery: async ({ params: { id } }, { store }) => {
      if (!(await webhooks.resend(store, id))) throw notFound("delivery");
      return viewDelivery((await store.webhookDeliveries.get({ id }))!);
    },
  };
}

type Remotes = "listRemotes" | "addRemote" | "deleteRemote";

function remoteHandlers(): Handlers<Remotes> {
  return {
    listRemotes: ({ query }, { store }) => pageOf(store.remotes, {}, query, viewRemote),
    addRemote: async ({ body }, { store }) => {
      ownerOnly(store, "Adding a remote");
      const added = await addRemote(store, body);
      if (!added) throw conflict("name-taken", `There is a remote ${body.name} already.`);
      return viewRemote(added);
    },
    deleteRemote: async ({ params }, { store }) => {
      if ((await store.remotes.remove({ id: params.id })) === 0) throw notFound("remote");
      return null;
    },
  };
}

export function operationHandlers(services: Services): Handlers<keyof typeof operationRoutes> {
  return { ...scheduleHandlers(services), ...webhookHandlers(services), ...remoteHandlers() };
}
