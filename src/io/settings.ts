import Conf from 'conf';
import type { Auditor } from '../domain/events.ts';

/** Preferences only: losing this file loses no audit. */
export type Settings = { auditor: { get(): Auditor; set(auditor: Auditor): void } };

const NOBODY: Auditor = { name: '', github: '', organization: '', contact: '' };

export const openSettings = (dataDir: string): Settings => {
  const conf = new Conf<{ auditor: Auditor }>({
    projectName: 'mcp-audit',
    cwd: dataDir,
    configName: 'preferences',
    clearInvalidConfig: true,
  });
  return {
    auditor: {
      get: () => ({ ...NOBODY, ...conf.get('auditor') }),
      set: (auditor) => conf.set('auditor', auditor),
    },
  };
};
