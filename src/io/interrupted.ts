import fs from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../domain/errors.ts';
import { visible } from '../text/visible.ts';
import { entriesIn, inFolder, ours, type Place, placeName, readIn } from './open-folder.ts';
import { hashIn, putStep, type Step, sha256 } from './put-in-place.ts';
import { readFolderIn } from './read-folder.ts';
import { saveError } from './session/save-error.ts';
import type { Written } from './session/written.ts';

/**
 * A writing that was killed. Its drafts lie in the place it wrote to, with a plan of what goes where; a store outside of
 * that place remembers the name of the drafts and, from just before the first rename on, the text of the plan. So what is
 * finished is what we began: whoever fills the place can neither plant a plan nor change one, and every draft is compared
 * with its hash in the plan before it is put in place.
 */
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const planSchema = z.array(
  z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('tree'),
      folder: z.string(),
      draft: z.string(),
      files: z.record(z.string(), hash),
    }),
    z.object({
      kind: z.literal('file'),
      path: z.string(),
      was: hash.nullable(),
      now: hash.nullable(),
      n: z.number().int(),
    }),
  ]),
);

export const PLAN = 'plan.json';
const MAX_PLAN = 8 * 1024 * 1024;

/** Drafts of a writing that was interrupted stay behind under this name. */
const DRAFTS = /^\.mcp-audit-[0-9a-f]{24}$/;
const DRAFT = 'draft';

export const planText = (steps: readonly Step[]): string => JSON.stringify(steps);

/** From here on the drafts are known for ours. */
export const rememberDrafts = (written: Written, drafts: string): void =>
  written.add([{ name: DRAFT, text: drafts }]);

/** From here on what is in the plan will be finished, whatever happens. */
export const rememberPlan = (written: Written, drafts: string, plan: string): void =>
  written.add([{ name: drafts, text: plan }]);

const readPlan = (place: Place, drafts: string): { text: Buffer; steps: Step[] } | null => {
  try {
    const text = readIn(place, `${drafts}/${PLAN}`);
    if (!text || text.length > MAX_PLAN) return null;
    return { text, steps: planSchema.parse(JSON.parse(text.toString('utf8'))) };
  } catch {
    return null;
  }
};

const holdsDraft = (place: Place, drafts: string, step: Step): boolean => {
  if (step.kind === 'file') return step.now === null || hashIn(place, `${drafts}/new-${step.n}`) === step.now;
  const { files, unread } = readFolderIn(place, `${drafts}/${step.draft}`);
  return (
    unread.length === 0 &&
    files.size === Object.keys(step.files).length &&
    [...files].every(([path, bytes]) => Object.hasOwn(step.files, path) && step.files[path] === sha256(bytes))
  );
};

/** What somebody changed since, or put in the way, stays as it is: the command that goes on sees it and says so. */
const finishStep = (place: Place, drafts: string, step: Step): void => {
  try {
    const now = step.kind === 'file' ? hashIn(place, step.path) : null;
    const waits =
      step.kind === 'tree' ? !entriesIn(place, step.folder) : now === step.was && now !== step.now;
    if (waits && holdsDraft(place, drafts, step)) putStep(place, drafts, step);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
};

/** The plan goes first: without it, what is left of drafts says nothing about the place any more. */
export const removeDrafts = (place: Place, drafts: string): void => {
  inFolder(place, drafts, (draft) => fs.rmSync(draft(PLAN), { force: true }));
  inFolder(place, '', (at) => fs.rmSync(at(drafts), { recursive: true, force: true }));
};

/**
 * Finishes in a place what an earlier writing of the same store began and was killed at, and clears its drafts away. Called
 * before anything there is looked at.
 * @throws UserError when the disk refuses: everything is kept, for the next time
 */
export const finishInterrupted = (place: Place, written: Written): void => {
  try {
    for (const { name, kind } of entriesIn(place, '') ?? []) {
      if (kind !== 'folder' || !DRAFTS.test(name) || !written.has(DRAFT, sha256(name))) continue;
      const plan = readPlan(place, name);
      if (plan && written.has(name, sha256(plan.text)))
        for (const step of plan.steps) finishStep(place, name, step);
      removeDrafts(place, name);
    }
  } catch (error) {
    throw error instanceof UserError ? error : saveError(error, visible(placeName(place)));
  }
};

const MOST_ABOVE = 16;

/**
 * Drafts of interrupted writings in the folders above one, whose plan names something in it: what is there may be half
 * old, half new. Any plan is believed here, since all that follows is a warning.
 */
export const interruptedAbove = (folder: string): string[] => {
  const found: string[] = [];
  let inside = '';
  let dir = resolve(folder);
  for (let n = 1; n <= MOST_ABOVE && dirname(dir) !== dir; n += 1) {
    inside = `${dir.slice(dirname(dir).length).replace(/^[\\/]/, '')}/${inside}`;
    dir = dirname(dir);
    for (const name of draftsIn(dir)) {
      const steps = readPlan(ours(dir), name)?.steps ?? [];
      const touches = (path: string) => `${path}/`.startsWith(inside) || inside.startsWith(`${path}/`);
      if (steps.some((s) => touches(s.kind === 'tree' ? s.folder : s.path)))
        found.push(`${'../'.repeat(n)}${name}`);
    }
  }
  return found;
};

const draftsIn = (dir: string): string[] => {
  try {
    return fs.readdirSync(dir).filter((name) => DRAFTS.test(name));
  } catch {
    return [];
  }
};
