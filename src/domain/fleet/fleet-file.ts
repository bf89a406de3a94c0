import { z } from 'zod';
import { checkId } from '../methodology.ts';
import { type Problem, readYaml } from '../read-yaml.ts';

/** The file a company commits: which servers it runs. YAML or JSON, which is YAML. */
export const FLEET_FILE = 'mcp-audit-fleet.yml';

/** Also the name of a folder, on systems that fold cases too. */
export const serverName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/, 'a name of a-z, 0-9 and -, at most 60 long');

const words = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine((text) => !/[\u0000-\u001f\u007f]/.test(text), 'one line of plain text');

export const fleetTarget = z.strictObject({
  name: serverName.describe('What the server is called here, in reports, and its folder of results'),
  target: words(1_000).describe(
    'As everywhere: a folder (relative to this file), an archive, a git URL, owner/repo, npm:name@version, pypi:name==version',
  ),
  ref: words(200)
    .optional()
    .describe('Commit, tag or branch; the newest commit of its default branch when left out'),
  subdir: words(500).optional().describe('Folder of the server in a monorepo'),
  owner: words(200).optional().describe('Who answers for it here'),
});
export type FleetTarget = z.infer<typeof fleetTarget>;

/** As many as a report can still be read with. */
export const MOST_TARGETS = 2_000;

export const fleetFile = z
  .strictObject({
    name: words(100).optional().describe('What the fleet is called in reports'),
    policy: words(500).optional().describe('Policy the servers are held against; relative to this file'),
    checks: z.array(checkId).min(1).optional().describe('Gather only the evidence of these checks'),
    targets: z.array(fleetTarget).max(MOST_TARGETS),
  })
  .superRefine(({ targets }, context) => {
    const seen = new Set<string>();
    for (const [i, { name }] of targets.entries()) {
      if (seen.has(name))
        context.addIssue({
          code: 'custom',
          path: ['targets', i, 'name'],
          message: 'a name that no other server has',
        });
      seen.add(name);
    }
  });
export type FleetFile = z.infer<typeof fleetFile>;

/** The fleet, or what is wrong with its file. */
export const readFleet = (
  file: string,
  text: string,
): { value: FleetFile | null; problems: readonly Problem[] } => readYaml(file, text, fleetFile);

const slugOf = (target: string): string => {
  const [address = ''] = target.split(/[?#]/);
  const [unpinned = ''] = (address.split(' ').filter(Boolean).at(-1) ?? '').split('==');
  const parts = unpinned.split(/[/:\\]/).filter((part) => part !== '' && part !== '.' && part !== '..');
  return parts
    .slice(-2)
    .map((part) => (part.lastIndexOf('@') > 0 ? part.slice(0, part.lastIndexOf('@')) : part))
    .map((part) => (part.endsWith('.git') ? part.slice(0, -'.git'.length) : part))
    .join('-')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '-')
    .split('-')
    .filter(Boolean)
    .join('-')
    .slice(0, 50);
};

/** A name for a target that nobody named: of its repository or package, and of nobody else here. */
export const nameFor = (target: string, taken: ReadonlySet<string>): string => {
  const found = slugOf(target);
  const slug = serverName.safeParse(found).success ? found : 'server';
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? slug : `${slug}-${n}`;
    if (!taken.has(name)) return name;
  }
};
