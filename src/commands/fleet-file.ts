import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../domain/errors.ts';
import { FLEET_FILE, type FleetFile, readFleet } from '../domain/fleet/fleet-file.ts';
import { MAX_YAML_CHARS } from '../domain/read-yaml.ts';
import { readInputFile } from '../io/input-file.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';

/** The fleet's file, and where its results are when nobody says. */

export type FleetPlace = { file?: string | undefined; results?: string | undefined };

export const fleetPath = (o: FleetPlace): string => resolve(o.file ?? FLEET_FILE);

export const resultsPath = (o: FleetPlace): string =>
  resolve(o.results ?? join(dirname(fleetPath(o)), 'fleet-results'));

/** @throws UserError with its first problem */
export const fleetFrom = (file: string): FleetFile => {
  if (!existsSync(file))
    throw new UserError(
      `there is no ${visible(file)}, so there is no fleet`,
      'mcp-audit fleet add <target…> begins one; --file names another',
    );
  let text: string;
  try {
    text = readInputFile(file, 4 * MAX_YAML_CHARS).toString('utf8');
  } catch (error) {
    throw new UserError(
      `${visible(file)} cannot be read (${(error as Error).message}), so nothing was looked at`,
      'name the file of the fleet with --file',
    );
  }
  const { value, problems } = readFleet(file, text);
  if (value) return value;
  const [first] = problems;
  throw new UserError(
    `${visible(file)}${first?.line ? `:${first.line}` : ''} has ${plural(problems.length, 'problem')}, so nothing was looked at: ${visible(first?.path ?? '')} expected ${visible(first?.expected ?? '')}, found ${visible(first?.found ?? '')}`,
    'correct it; its schema is checklists/schema/fleet.schema.json',
  );
};

/** Local paths of the file mean the same from wherever it is read. */
export const absolute = (file: string, target: string): string => {
  const hash = target.lastIndexOf('#');
  const path = hash > 0 ? target.slice(0, hash) : target;
  const full = resolve(dirname(file), path);
  const local = /^\.{0,2}[\\/]/.test(path) || path === '.' || path === '..' || existsSync(full);
  return local ? `${full}${target.slice(path.length)}` : target;
};
