import { z } from "zod";
import { byId, idSchema, nothing, route } from "./route.ts";

const tag = "System";

const lease = z.object({ id: idSchema, seconds: z.number().describe("Renew within this time.") });

export const systemRoutes = {
  getHealth: route({
    method: "GET",
    path: "/health",
    tag,
    summary: "The process answers.",
    open: true,
    response: z.object({ status: z.literal("ok") }),
  }),
  getReadiness: route({
    method: "GET",
    path: "/ready",
    tag,
    summary: "The store answers and runs are accepted.",
    open: true,
    response: z.object({ status: z.literal("ready") }),
  }),
  getInfo: route({
    method: "GET",
    path: "/info",
    tag,
    summary: "Version, region and load of this daemon.",
    response: z.object({
      version: z.string(),
      pid: z.int(),
      tenant: z.string(),
      region: z.string().nullable(),
      queued: z.int(),
      running: z.int(),
      leases: z.int(),
    }),
  }),
  createLease: route({
    method: "POST",
    path: "/leases",
    tag,
    summary: "Keep the daemon alive while a client uses it.",
    body: z.strictObject({ client: z.string().min(1).max(200) }),
    response: lease,
    status: 201,
  }),
  renewLease: route({
    method: "PUT",
    path: "/leases/{id}",
    tag,
    summary: "Renew a lease.",
    params: byId,
    response: lease,
  }),
  endLease: route({
    method: "DELETE",
    path: "/leases/{id}",
    tag,
    summary: "End a lease.",
    params: byId,
    response: nothing,
    status: 204,
  }),
  createLoginLink: route({
    method: "POST",
    path: "/login-links",
    tag,
    summary: "A link that logs one browser in, once, within a minute.",
    response: z.object({ url: z.string(), seconds: z.number() }),
    status: 201,
  }),
  drain: route({
    method: "POST",
    path: "/drain",
    tag,
    summary: "Take no more runs, and stop once those under way have ended.",
    response: z.object({ running: z.int().describe("Runs that are waited for.") }),
    status: 202,
  }),
  stop: route({
    method: "POST",
    path: "/stop",
    tag,
    summary: "Stop gracefully; running runs resume at the next start.",
    response: nothing,
    status: 204,
  }),
};
