import { config } from "zod";

// The pages' content security policy forbids code made at run time; zod would otherwise try and be reported for it.
config({ jitless: true });
