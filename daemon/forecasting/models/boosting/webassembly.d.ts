export {};

/** The part of the WebAssembly API in use here: the types of Node.js leave it to the DOM library. */
declare global {
  namespace WebAssembly {
    class Memory {
      constructor(limits: { initial: number; maximum: number; shared: true });
      readonly buffer: SharedArrayBuffer;
    }
    interface Module {
      readonly brand?: "WebAssembly.Module";
    }
    const Module: new (bytes: Uint8Array<ArrayBuffer>) => Module;
    class Instance {
      constructor(module: Module, imports: { env: { memory: Memory } });
      readonly exports: Readonly<Record<string, unknown>>;
    }
  }
}
