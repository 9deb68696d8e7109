/** A what-if process: keeps trained models and their data loaded and answers questions. Native code and crashes stay in here. */

import { AlmanacError } from "../../../../protocol/errors.ts";
import type { WhatIfInput, WhatIfOutput } from "./messages.ts";
import { OpenModel } from "./open-model.ts";

/** Models kept at most; the one used longest ago goes first. */
const mostOpen = 4;

interface Request {
  readonly id: number;
  readonly directory: string;
  readonly input: WhatIfInput;
}

type Reply =
  | { readonly id: number; readonly output: WhatIfOutput }
  | { readonly id: number; readonly error: { message: string; fix?: string; expected: boolean } };

const open = new Map<string, Promise<OpenModel>>();

process.on("message", (requests: Request[]) => {
  for (const request of requests) {
    void answer(request).then((reply) => {
      if (process.connected) process.send!([reply]);
    });
  }
});
process.on("disconnect", () => process.exit(0));

async function answer({ id, directory, input }: Request): Promise<Reply> {
  try {
    return { id, output: await (await modelOf(directory)).answer(input) };
  } catch (error) {
    const expected = error instanceof AlmanacError;
    const fix = expected && error.fix !== undefined ? { fix: error.fix } : {};
    return { id, error: { message: error instanceof Error ? error.message : String(error), expected, ...fix } };
  }
}

function modelOf(directory: string): Promise<OpenModel> {
  const model = open.get(directory) ?? OpenModel.open(directory);
  // Put back last: the map's first entry is the one used longest ago.
  open.delete(directory);
  open.set(directory, model);
  model.catch(() => open.delete(directory));
  for (const [oldest, unused] of open) {
    if (open.size <= mostOpen) break;
    open.delete(oldest);
    void unused.then((gone) => gone.close()).catch(() => undefined);
  }
  return model;
}
