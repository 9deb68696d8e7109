/** Value types and the few opcodes of WebAssembly that the kernels use. */
export const i32 = 0x7f;
export const i64 = 0x7e;
export const f32 = 0x7d;

export const op = {
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  end: [0x0b],
  branch: (depth: number) => [0x0c, depth],
  branchIf: (depth: number) => [0x0d, depth],
  get: (local: number) => [0x20, ...unsigned(local)],
  set: (local: number) => [0x21, ...unsigned(local)],
  tee: (local: number) => [0x22, ...unsigned(local)],
  constant: (value: number) => [0x41, ...signed(value)],
  load32: (offset: number) => [0x28, 2, ...unsigned(offset)],
  load64: (offset: number) => [0x29, 3, ...unsigned(offset)],
  loadFloat: (offset: number) => [0x2a, 2, ...unsigned(offset)],
  load8: (offset: number) => [0x2d, 0, ...unsigned(offset)],
  store32: (offset: number) => [0x36, 2, ...unsigned(offset)],
  store8: (offset: number) => [0x3a, 0, ...unsigned(offset)],
  store64: (offset: number) => [0x37, 3, ...unsigned(offset)],
  less: [0x49],
  greaterEqual: [0x4f],
  select: [0x1b],
  add: [0x6a],
  subtract: [0x6b],
  multiply: [0x6c],
  shiftLeft: [0x74],
  shiftRight: [0x76],
  equalFloat: [0x5b],
  lessFloat: [0x5d],
  add64: [0x7c],
} as const;

/** One exported function: names are indices into parameters followed by locals. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly results: readonly number[];
  readonly locals: readonly number[];
  readonly body: readonly (readonly number[])[];
}

/**
 * Encodes a module that imports a shared memory as `env.memory` and exports the functions
 * (WebAssembly core specification 2.0, chapter 5, with the threads proposal's shared limits).
 */
export function encodeModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map((each) => [0x60, ...vector(each.parameters), ...vector(each.results)]);
  const sharedWithMaximum = 0x03;
  const memoryImport = [
    ...text("env"),
    ...text("memory"),
    0x02,
    sharedWithMaximum,
    ...unsigned(1),
    ...unsigned(65_536),
  ];
  const exported = functions.map((each, index) => [...text(each.name), 0x00, ...unsigned(index)]);
  const code = functions.map((each) => {
    const locals = each.locals.map((type) => [1, type]);
    const body = [...counted(locals), ...each.body.flat(), ...op.end];
    return [...unsigned(body.length), ...body];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, counted(types)),
    ...section(2, counted([memoryImport])),
    ...section(3, counted(functions.map((_, index) => unsigned(index)))),
    ...section(7, counted(exported)),
    ...section(10, counted(code)),
  ]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function counted(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function vector(bytes: readonly number[]): number[] {
  return [...unsigned(bytes.length), ...bytes];
}

function text(value: string): number[] {
  return vector([...new TextEncoder().encode(value)]);
}

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; ) {
    const low = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}
