import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { relative, resolve } from 'node:path';
import { assemble, describeFiles, type FoundFile } from '../discovery/assemble.ts';
import { CLIENTS } from '../discovery/clients.ts';
import { DISCOVERY_SCHEMA, type Discovery, discovery } from '../discovery/discovery.ts';
import { projectFolder } from '../discovery/projects.ts';
import { discoveryText } from '../discovery/text.ts';
import { UserError } from '../domain/errors.ts';
import { writableByOthers } from '../io/client-configurations.ts';
import { visible } from '../text/visible.ts';
import { modes, searchCopies, searchHome } from './find-configurations.ts';
import { type Host, json, TOOL_NAME } from './host.ts';
import { knownAudits } from './known-audits.ts';
import { VERSION } from './version.ts';

export type DiscoverOptions = {
  home?: string | undefined;
  project?: string[] | undefined;
  db?: string | undefined;
  json?: boolean | undefined;
};

/** A file of the user that is one of the project as well, where the home itself is one, is read once. */
const eachOnce = (files: readonly FoundFile[]): FoundFile[] => {
  const seen = new Set<string>();
  return files.filter((f) => {
    const key = `${f.client}\0${f.path}`;
    return !seen.has(key) && seen.add(key);
  });
};

const folderNamed = (path: string): string => {
  const folder = resolve(path);
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return folder;
  throw new UserError(
    `${visible(path)} is no folder, so no configuration was looked for`,
    'name a home with --home, or a folder with copies of configurations',
  );
};

/** What the clients on this machine, of a home, or of a folder of copies are configured to start. Nothing of it is started. */
export const discover = async (
  host: Host,
  copies: string | undefined,
  o: DiscoverOptions,
): Promise<number> => {
  if (copies !== undefined && o.home !== undefined)
    throw new UserError('a folder of copies and --home are two things to look at', 'name one of them');
  for (const p of o.project ?? []) folderNamed(p);
  const folder = folderNamed(copies ?? o.home ?? homedir());
  const live = copies === undefined && o.home === undefined;
  // Who stands in a project means it, too.
  const here =
    live && existsSync(process.cwd()) && relative(folder, process.cwd()) !== '' ? [process.cwd()] : [];
  const searched =
    copies === undefined ? searchHome(folder, live, [...(o.project ?? []), ...here]) : searchCopies(folder);
  const described = describeFiles(eachOnce(searched.files), (_, path) => projectFolder(path, folder) ?? path);
  const ids = new Set(described.entries.flatMap((e) => e.start.ids));
  const folders = described.entries.map((e) => e.start.file).filter(Boolean);
  const audits = await knownAudits(host, { ids, files: folders, db: o.db });
  const servers = assemble(described, audits.known, {
    noDatabase: audits.noDatabase,
    localWritable: copies === undefined && modes ? writableByOthers : undefined,
  });
  const { files } = described;
  const found: Discovery = discovery.parse({
    schema: DISCOVERY_SCHEMA,
    tool: { name: TOOL_NAME, version: VERSION },
    looked: { kind: copies === undefined ? 'home' : 'copies', folder },
    clients: CLIENTS.map(({ id, title }) => {
      const of = files.filter((f) => f.client === id);
      return { id, title, state: of.length > 0 ? 'seen' : 'not-seen', files: of.length };
    }),
    files,
    notLooked: [...new Set([...searched.notLooked, ...audits.notLooked])],
    servers,
  });
  if (o.json) json(host, found);
  else host.stdout(discoveryText(found, folder));
  return files.some((f) => f.state === 'could-not-read') ? 1 : 0;
};
