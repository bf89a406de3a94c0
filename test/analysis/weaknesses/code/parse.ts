import type { Module } from '../../../../src/analysis/sources/ir.ts';
import { languages } from '../../../../src/analysis/sources/readers.ts';

/** One file as the readers give it. */
export const parse = async (path: string, text: string): Promise<Module> => {
  const extension = path.split('.').at(-1) ?? '';
  const language = languages.find((l) => l.extensions.includes(extension));
  if (!language) throw new Error(`no reader for ${path}`);
  return (await language.load()).read(path, text);
};
