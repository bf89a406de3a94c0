/** By rule: texts that it must point at, and texts that it must pass over. The file's name picks the language. */
export type Samples = Record<
  string,
  {
    found: readonly (readonly [file: string, text: string])[];
    clean: readonly (readonly [file: string, text: string])[];
  }
>;
