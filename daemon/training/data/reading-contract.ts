import { z } from "zod";
import type { Problem } from "../../../protocol/errors.ts";
import { plain } from "../workers/processes/contract.ts";
import type { SourceDescription } from "./describe.ts";
import { dataRequestSchema, sourceRequestSchema } from "./request.ts";

/** Whether the process has grown so large that it should take no further job. */
const spent = z.boolean();

/** What the reading process is asked. */
export const readingContract = {
  /** Reads the sources into a panel and writes its snapshot into the folder `snapshots`. */
  panel: {
    input: z.object({ request: dataRequestSchema, temporary: z.string(), snapshots: z.string() }),
    output: z.object({ snapshot: z.string(), warnings: plain<readonly Problem[]>(), fingerprint: z.string(), spent }),
  },
  describe: {
    input: z.object({ request: sourceRequestSchema, temporary: z.string() }),
    output: z.object({ description: plain<SourceDescription>(), spent }),
  },
};
