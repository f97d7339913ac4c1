/** The part of the WebAssembly JavaScript interface that is used: TypeScript declares it with all of the browser's only. */
declare namespace WebAssembly {
  /** Whether a module can be made of it. */
  function validate(bytes: Uint8Array): boolean;
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Memory {
    /** Sizes are in pages of 64 KiB. */
    constructor(descriptor: { initial: number; maximum: number; shared?: boolean });
    readonly buffer: ArrayBufferLike;
    /** `buffer` is another one afterwards, and the old one detached where it was not shared. @throws RangeError when there is no more memory */
    grow(pages: number): number;
  }
  class Instance {
    constructor(module: Module, imports: { env: { memory: Memory } });
    readonly exports: object;
  }
}
