import type { Methodology } from '../domain/methodology.ts';
import { bundledVersion } from '../io/methodology-files.ts';

/** That the methodology has gone on since. By its number alone: comparing all of it is for who asks (mcp-audit method). */
export const methodNotice = ({ id, version }: Methodology): string[] => {
  const now = bundledVersion();
  return now.id === id && now.version !== version
    ? [
        `this session goes by ${id} ${version}, and this program brings ${now.version}: mcp-audit method (M on the Session screen) says what changed, and moves over if you want to`,
      ]
    : [];
};
