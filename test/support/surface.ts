import { extensionOf } from '../../src/analysis/files/paths.ts';
import { createReading } from '../../src/analysis/sources/reading.ts';
import { readSurface as read, type SurfaceSource } from '../../src/analysis/surface/read-surface.ts';

/** Parsers are loaded once for all tests of a file; what they made of a path is not kept. */
const { reader } = createReading({ text: async () => null });

export const readSurface = (sources: readonly SurfaceSource[]): ReturnType<typeof read> =>
  read(sources, {
    reader,
    module: async (path, text) => (await reader(extensionOf(path)))!.read(path, text),
  });
