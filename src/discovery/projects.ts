import { text } from '../analysis/files/shape.ts';

/** Where editors keep which folders were opened in them. */
export const WORKSPACES = ['.config', 'Library/Application Support', 'AppData/Roaming'].flatMap((base) =>
  ['Code', 'Code - Insiders', 'VSCodium', 'Cursor', 'Windsurf', 'Kiro'].map(
    (editor) => `${base}/${editor}/User/workspaceStorage/*/workspace.json`,
  ),
);

/** The folder of a `workspace.json`; none for one on another machine. */
export const projectsOfWorkspace = (o: Record<string, unknown>): string[] => {
  const uri = /^file:\/\/(\/.{1,2000})$/.exec(text(o.folder))?.[1];
  if (!uri) return [];
  try {
    return [decodeURIComponent(uri).replace(/^\/([A-Za-z]:\/)/, '$1')];
  } catch {
    return [];
  }
};

/**
 * The folder of a project below a home, from the path a client recorded: by the home itself, or, in a copy of one, by what
 * homes are called on the three systems. Null for one that lies elsewhere.
 */
export const projectFolder = (recorded: string, home: string): string | null => {
  const path = recorded.replaceAll('\\', '/').replace(/\/{1,20}$/, '');
  const own = home.replaceAll('\\', '/').replace(/\/{1,20}$/, '');
  const below =
    path === own
      ? ''
      : path.startsWith(`${own}/`)
        ? path.slice(own.length + 1)
        : (/^(?:[A-Za-z]:)?\/(?:home|Users)\/[^/]{1,200}(?:\/(.{1,2000}))?$/.exec(path)?.[1] ?? null);
  if (below === null || below.split('/').some((p) => p === '' || p === '.' || p === '..'))
    return below === '' ? '' : null;
  return below;
};
