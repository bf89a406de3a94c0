import { findSecrets, mask, placeholderReason } from '../../text/redact.ts';
import type { AuditFolder, Report, TextFile } from './folder.ts';

/** A submission is public: a credential quoted in it is published. No rule of the procedure, but nobody wants that. */
const MAX_TOLD = 20;

const checkFile = (file: TextFile, report: Report): void => {
  const text = file.text ?? '';
  const live = findSecrets(text).filter((s) => placeholderReason(s.value, s.context) === null);
  for (const s of live.slice(0, MAX_TOLD))
    report({
      rule: 'SECRET-EXPOSED',
      level: 'warning',
      file: file.path,
      line: text.slice(0, s.start).split('\n').length,
      message: `looks like a ${s.label}: ${mask(s.value)}`,
      fix: 'mask it before you publish, and tell its owner to revoke it',
    });
};

export const checkSecrets = (audit: AuditFolder, report: Report): void => {
  for (const file of audit.own.values()) checkFile(file, report);
};
