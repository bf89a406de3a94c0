import { basename, join, resolve } from 'node:path';
import { readFolder, readTextIfThere } from '../io/folders.ts';
import { renderDiagnostics, validateSubmission } from '../report/validate.ts';
import { type Host, json } from './host.ts';

export type ValidateOptions = { strict?: boolean | undefined; json?: boolean | undefined };

/** Checks a submission folder, or a whole clone of the audit database. 0: nothing blocks and nothing warns; 1: something does. */
export const validate = (host: Host, folder: string, options: ValidateOptions): number => {
  const files = readFolder(folder);
  // One audit's folder: what the database says of the repository lies two levels up.
  const metadata = files.has('audit-manifest.json')
    ? readTextIfThere(join(resolve(folder), '../../metadata.json'))
    : undefined;
  if (metadata !== undefined) files.set('../../metadata.json', Buffer.from(metadata));
  const diagnostics = validateSubmission(files, {
    strict: options.strict ?? false,
    folderName: basename(resolve(folder)),
  });
  const count = (level: string) => diagnostics.filter((d) => d.level === level).length;
  const counts = { blocking: count('blocking'), warnings: count('warning'), info: count('info') };
  if (options.json) json(host, { ...counts, diagnostics });
  else host.stdout(`${renderDiagnostics(diagnostics)}\n`);
  return counts.blocking + counts.warnings === 0 ? 0 : 1;
};
