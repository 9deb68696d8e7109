import { factsRequestSchema } from "../../../protocol/facts.ts";
import { gatherFacts } from "./gather.ts";

// The language server's reading process: one question a message, one answer each. It ends with its parent.
process.on("message", async (message) => {
  const { id, ...request } = factsRequestSchema.parse(message);
  for await (const facts of gatherFacts(request)) process.send?.({ id, ...facts });
});
process.on("disconnect", () => process.exit());
