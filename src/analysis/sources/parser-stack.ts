import { readFileSync } from 'node:fs';

/**
 * The stack the parsers run on.
 *
 * The library's WebAssembly has 64 kB of stack right above its own data, and nothing stands between them: a text of 6 kB
 * that nests deep enough runs over the end and changes the parser's tables, so that every file after it is read wrongly or
 * not at all. So its stack is moved to where a deep text meets the engine's limit first, which throws; and a mark tells when
 * a text went deeper than programs do, which depends on the text alone.
 */
export type ParserStack = {
  /** Whether a parse since the last question took more of the stack than any program needs. Empties the stack. */
  wasOverrun(): boolean;
};

/** So much that the engine's own stack (1 MB, 4 MB in workers) ends first. */
const STACK_BYTES = 8 * 1024 * 1024;
/** Of 7,000 real files none takes 3 kB. */
const MOST_BYTES = 32 * 1024;
/** Frames may leave room of theirs unwritten, so more than one byte is looked at. */
const MARK_BYTES = 8 * 1024;
const ALIGNMENT = 16;

type Imports = WebAssembly.Imports & {
  env: { memory: WebAssembly.Memory; __stack_pointer: WebAssembly.Global<'i32'> };
};
type Exports = { malloc(bytes: number): number };

/**
 * Starts the library by `init` (which takes Emscripten's module options) on a stack of its own. `wasm` is the library's
 * WebAssembly file. Rejects when it cannot be read or started.
 */
export const onOwnStack = async (
  wasm: URL,
  init: (options: object) => Promise<void>,
): Promise<ParserStack> => {
  let env: Imports['env'] | undefined;
  let exports: Exports | undefined;
  await init({
    // https://emscripten.org/docs/api_reference/module.html#Module.instantiateWasm
    instantiateWasm(
      imports: Imports,
      started: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ) {
      const module = new WebAssembly.Module(readFileSync(wasm));
      const instance = new WebAssembly.Instance(module, imports);
      env = imports.env;
      exports = instance.exports as unknown as Exports;
      return started(instance, module);
    },
  });
  if (!env || !exports) throw new Error('the parser library started without the WebAssembly it was given');
  const { memory, __stack_pointer: pointer } = env;
  const top = exports.malloc(STACK_BYTES) + STACK_BYTES - ALIGNMENT;
  const empty = (): void => {
    // What throws leaves its frames behind.
    pointer.value = top;
    new Uint8Array(memory.buffer, top - MOST_BYTES - MARK_BYTES, MARK_BYTES).fill(0);
  };
  empty();
  return {
    wasOverrun() {
      const mark = new Uint8Array(memory.buffer, top - MOST_BYTES - MARK_BYTES, MARK_BYTES);
      const overrun = mark.some((byte) => byte !== 0);
      empty();
      return overrun;
    },
  };
};
