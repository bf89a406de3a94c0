import Conf from 'conf';
import type { Auditor } from '../domain/events.ts';

type Preference<T> = { get(): T; set(value: T): void };

/** Preferences only: losing this file loses no audit. */
export type Settings = {
  auditor: Preference<Auditor>;
  /** Folder of a clone of the audit database; '' when none was ever named. */
  database: Preference<string>;
};

const NOBODY: Auditor = { name: '', github: '', organization: '', contact: '' };

export const openSettings = (dataDir: string): Settings => {
  const conf = new Conf<{ auditor: Auditor; database: string }>({
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
    database: {
      get: () => {
        const folder: unknown = conf.get('database');
        return typeof folder === 'string' ? folder : '';
      },
      set: (folder) => conf.set('database', folder),
    },
  };
};
