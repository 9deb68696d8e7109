import { z } from "zod";
import { webhookTypeSchema } from "../event-types.ts";
import { byId, idSchema, momentSchema, nameSchema, nothing, pageOf, pageQuery, route } from "./route.ts";

export const scheduleSchema = z.object({
  id: idSchema,
  name: nameSchema,
  cron: z.string(),
  timezone: z.string(),
  experiment: idSchema,
  enabled: z.boolean(),
  onlyIfChanged: z.boolean(),
  missed: z.enum(["run-once", "skip"]),
  lastAt: momentSchema.nullable(),
  nextAt: momentSchema.nullable(),
  createdAt: momentSchema,
  updatedAt: momentSchema,
});

const scheduleBody = z.strictObject({
  name: nameSchema,
  cron: z.string().max(200).describe("Five or six fields, as croner reads them."),
  timezone: z.string().max(100).default("UTC").describe("IANA name, such as Europe/Berlin."),
  experiment: idSchema,
  enabled: z.boolean().default(true),
  onlyIfChanged: z.boolean().default(false).describe("Skip where the file and its data are as at the last run."),
  missed: z
    .enum(["run-once", "skip"])
    .default("run-once")
    .describe("What to do about times the daemon was not running."),
});

/** What a schedule may change: without defaults, since what is left out stays as it is. */
const scheduleChange = z.strictObject({
  cron: z.string().max(200).optional(),
  timezone: z.string().max(100).optional(),
  enabled: z.boolean().optional(),
  onlyIfChanged: z.boolean().optional(),
  missed: z.enum(["run-once", "skip"]).optional(),
});

export const webhookSchema = z.object({
  id: idSchema,
  url: z.string(),
  types: z.array(z.string()),
  enabled: z.boolean(),
  allowPrivate: z.boolean(),
  createdAt: momentSchema,
});

export const deliverySchema = z.object({
  id: idSchema,
  type: z.string(),
  state: z.enum(["waiting", "delivered", "dead"]),
  attempts: z.int(),
  status: z.int().nullable(),
  reason: z.string().nullable(),
  nextAt: momentSchema,
  createdAt: momentSchema,
});

export const remoteSchema = z.object({
  id: idSchema,
  name: nameSchema,
  url: z.string(),
  region: z.string().nullable(),
  createdAt: momentSchema,
});

export const operationRoutes = {
  listSchedules: route({
    method: "GET",
    path: "/schedules",
    tag: "Schedules",
    summary: "Schedules.",
    query: pageQuery,
    response: pageOf(scheduleSchema),
  }),
  createSchedule: route({
    method: "POST",
    path: "/schedules",
    tag: "Schedules",
    summary: "Run an experiment by the clock.",
    body: scheduleBody,
    response: scheduleSchema,
    status: 201,
  }),
  getSchedule: route({
    method: "GET",
    path: "/schedules/{id}",
    tag: "Schedules",
    summary: "One schedule.",
    params: byId,
    response: scheduleSchema,
  }),
  changeSchedule: route({
    method: "PATCH",
    path: "/schedules/{id}",
    tag: "Schedules",
    summary: "Change a schedule; If-Match guards it.",
    params: byId,
    body: scheduleChange,
    response: scheduleSchema,
  }),
  deleteSchedule: route({
    method: "DELETE",
    path: "/schedules/{id}",
    tag: "Schedules",
    summary: "Delete a schedule.",
    params: byId,
    response: nothing,
    status: 204,
  }),
  listWebhooks: route({
    method: "GET",
    path: "/webhooks",
    tag: "Webhooks",
    summary: "Webhooks.",
    query: pageQuery,
    response: pageOf(webhookSchema),
  }),
  createWebhook: route({
    method: "POST",
    path: "/webhooks",
    tag: "Webhooks",
    summary: "Send events elsewhere as signed CloudEvents.",
    body: z.strictObject({
      url: z.url({ protocol: /^https?$/ }).max(2_048),
      types: z.array(webhookTypeSchema).max(50).default([]).describe("Event types to send; all when empty."),
      allowPrivate: z.boolean().default(false).describe("Permit private, loopback and link-local addresses."),
    }),
    response: webhookSchema.extend({
      secret: z.string().describe("Shown once: the key of the HMAC-SHA256 signature."),
    }),
    status: 201,
  }),
  deleteWebhook: route({
    method: "DELETE",
    path: "/webhooks/{id}",
    tag: "Webhooks",
    summary: "Delete a webhook and its deliveries.",
    params: byId,
    response: nothing,
    status: 204,
  }),
  listDeliveries: route({
    method: "GET",
    path: "/webhooks/{id}/deliveries",
    tag: "Webhooks",
    summary: "What was sent, and how that went.",
    params: byId,
    query: pageQuery,
    response: pageOf(deliverySchema),
  }),
  resendDelivery: route({
    method: "POST",
    path: "/deliveries/{id}/resend",
    tag: "Webhooks",
    summary: "Send a delivery again.",
    params: byId,
    response: deliverySchema,
  }),
  listRemotes: route({
    method: "GET",
    path: "/remotes",
    tag: "Remotes",
    summary: "Daemons elsewhere.",
    query: pageQuery,
    response: pageOf(remoteSchema),
  }),
  addRemote: route({
    method: "POST",
    path: "/remotes",
    tag: "Remotes",
    summary: "Make a daemon elsewhere known by a name.",
    body: z.strictObject({
      name: nameSchema,
      url: z.url({ protocol: /^https?$/ }).max(2_048),
      token: z.string().min(20).max(500),
    }),
    response: remoteSchema,
    status: 201,
  }),
  deleteRemote: route({
    method: "DELETE",
    path: "/remotes/{id}",
    tag: "Remotes",
    summary: "Forget a remote daemon.",
    params: byId,
    response: nothing,
    status: 204,
  }),
};
