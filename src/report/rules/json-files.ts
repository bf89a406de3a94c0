import { readJson } from '../json-read.ts';
import { type AuditFolder, isObject, type Report, type RepositoryFolder, type TextFile } from './folder.ts';

/** AVP 1.3: required files must parse; other JSON may be a deliberate example of broken data. */
const checkOne = (file: TextFile, required: boolean, report: Report): void => {
  const level = required ? 'blocking' : 'warning';
  const remark = required ? '' : ', unless it is a deliberate example';
  if (file.text === null) {
    report({
      rule: 'AVP-1.3',
      level,
      file: file.path,
      message: 'is not UTF-8 text, so it is not JSON',
      fix: `save it as UTF-8${remark}`,
    });
    return;
  }
  const read = readJson(file.text);
  if (!read.ok) {
    const hint = file.text.startsWith('\ufeff') ? 'remove the byte order mark' : 'correct the syntax there';
    report({
      rule: 'AVP-1.3',
      level,
      file: file.path,
      line: read.line,
      message: `is not valid JSON: ${read.message}`,
      fix: `${hint}${remark}`,
    });
    return;
  }
  if (required && !isObject(read.value))
    report({
      rule: 'AVP-1.3',
      level,
      file: file.path,
      line: 1,
      message: 'holds no JSON object',
      fix: 'write one object, { … }',
    });
  for (const d of read.duplicates.slice(0, 20))
    report({
      rule: 'JSON-DUPLICATE-KEY',
      level: 'warning',
      file: file.path,
      line: d.line,
      message: `${d.path} is given twice: readers see only the last`,
      fix: 'keep one of them',
    });
};

export const checkAuditJson = (audit: AuditFolder, report: Report): void => {
  for (const [own, file] of audit.own)
    if (/\.json$/i.test(own)) checkOne(file, own === 'audit-manifest.json', report);
};

export const checkRepositoryJson = (repository: RepositoryFolder, report: Report): void => {
  if (repository.metadata) checkOne(repository.metadata, true, report);
};
