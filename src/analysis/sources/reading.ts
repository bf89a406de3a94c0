import { extensionOf } from '../files/paths.ts';
import type { Module, Reader } from './ir.ts';
import { languages } from './readers.ts';
import { readSource, type Source, weaknessLanguage } from './source.ts';

type Tree = { text(path: string): Promise<string | null> };

/**
 * The one reading of a tree's sources: every file is parsed once, for whoever asks first, and what several ask of all files
 * together is worked out once. It lives as long as its tree. What fails for one who asks is tried again for the next.
 */
export type Reading = {
  /** Null for what is not text, or cannot be read. */
  text(path: string): Promise<string | null>;
  /** What reads files with this ending (without the dot); null for a language that is not read. Rejects when its parser is missing. */
  reader(extension: string): Promise<Reader | null>;
  /** A file of a language that is read. Rejects when its parser is missing. */
  module(path: string, text: string): Promise<Module>;
  /** A file in a language that rules for weaknesses know; also where its parser is missing. */
  source(path: string, text: string): Promise<Source>;
  /** What `make` gives, the same for everybody who asks by this name. */
  once<T>(name: string, make: () => Promise<T>): Promise<T>;
};

export const createReading = (tree: Tree): Reading => {
  const made = new Map<string, Promise<unknown>>();
  const modules = new Map<string, Module>();
  const once: Reading['once'] = (name, make) => {
    const held = made.get(name);
    if (held) return held as ReturnType<typeof make>;
    const making = make();
    made.set(name, making);
    making.catch(() => made.delete(name));
    return making;
  };
  const reader: Reading['reader'] = (extension) => {
    const language = languages.find((l) => l.extensions.includes(extension));
    return language ? once(`reader of ${language.name}`, () => language.load()) : Promise.resolve(null);
  };
  const module: Reading['module'] = async (path, text) => {
    const held = modules.get(path);
    if (held) return held;
    const own = await reader(extensionOf(path));
    if (!own) throw new Error(`there is no reader for ${path}`);
    const made = own.read(path, text);
    modules.set(path, made);
    return made;
  };
  return {
    once,
    module,
    source: async (path, text) =>
      readSource(path, text, weaknessLanguage(path)!, await module(path, text).catch(() => null)),
    reader,
    text: (path) => tree.text(path).catch(() => null),
  };
};
