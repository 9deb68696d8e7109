import { z } from "zod";
import { byId, deviceName, nameSchema, nothing, route } from "./route.ts";

/** SHA-256 in hexadecimal. */
export const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** Largest block that data travel in, in bytes. */
export const blockBytes = 4 * 2 ** 20;

/** A file's name without folders. */
export const fileNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,120}$/, "a file's name, without folders")
  .refine((name) => !deviceName.test(name), "the name of a device on Windows");

const tag = "Remote runs";

export const remoteRunRoutes = {
  findMissingBlocks: route({
    method: "POST",
    path: "/blocks/missing",
    tag,
    summary: "Which of these blocks the daemon does not have.",
    body: z.strictObject({ digests: z.array(digestSchema).max(10_000) }),
    response: z.object({ missing: z.array(digestSchema) }),
  }),
  putBlock: route({
    method: "PUT",
    path: "/blocks/{digest}",
    tag,
    summary: "Send a block; its bytes must match its digest.",
    params: z.object({ digest: digestSchema }),
    bytes: true,
    maximumBytes: blockBytes,
    response: nothing,
    status: 204,
  }),
  createSnapshot: route({
    method: "POST",
    path: "/snapshots",
    tag,
    summary: "Put blocks together: an experiment with its data, to run here.",
    body: z.strictObject({
      name: nameSchema,
      text: z.string().max(1_000_000),
      region: z.string().nullable().describe("Where the data may be; refused by a daemon outside it."),
      files: z
        .array(
          z.strictObject({ name: fileNameSchema, size: z.int().min(0), blocks: z.array(digestSchema).max(1_000_000) }),
        )
        .max(10_000),
    }),
    maximumBytes: 16 * 2 ** 20,
    response: z.object({ path: z.string().describe("Path of the experiment file, for `POST /runs`.") }),
    status: 201,
  }),
  listModelFiles: route({
    method: "GET",
    path: "/runs/{id}/model",
    tag,
    summary: "Files of the model a run left.",
    params: byId,
    response: z.object({ files: z.array(z.object({ path: z.string(), size: z.int(), digest: digestSchema })) }),
  }),
  getModelFile: route({
    method: "GET",
    path: "/runs/{id}/model/{digest}",
    tag,
    summary: "One file of a run's model, by its digest.",
    params: byId.extend({ digest: digestSchema }),
    answer: "file",
    response: z.unknown(),
  }),
};
