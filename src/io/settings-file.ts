import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { applyEdits, modify, type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { defaultSettings, type InterfaceSettings, interfaceSettings } from '../domain/settings.ts';

/** `settings.json` in the data folder: JSON that may hold comments, written by hand or on the Settings screen. */
export type SettingsFile = {
  file: string;
  settings: InterfaceSettings;
  /** Why the file does not count, in words; '' when it does, or is not there. */
  problem: string;
};

export const settingsPath = (dataDir: string): string => join(dataDir, 'settings.json');

const textOf = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

/** Never throws: settings that cannot be read must not keep anybody from an audit. */
export const readSettings = (dataDir: string): SettingsFile => {
  const file = settingsPath(dataDir);
  const refused = (problem: string): SettingsFile => ({
    file,
    settings: defaultSettings(),
    problem: `${file} does not count, so everything is as it comes: ${problem}`,
  });
  let text: string | null;
  try {
    text = textOf(file);
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
  if (text === null) return { file, settings: defaultSettings(), problem: '' };
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) {
    const line = text.slice(0, error.offset).split('\n').length;
    return refused(`line ${line}: ${printParseErrorCode(error.error)}`);
  }
  const parsed = interfaceSettings.safeParse(value);
  if (parsed.success) return { file, settings: parsed.data, problem: '' };
  const issue = parsed.error.issues[0];
  return refused(`${issue?.path.join('.') || 'it'}: ${issue?.message}`);
};

/** Changes one setting and leaves the rest of the file as it was written, comments too. Throws where it cannot be written. */
export const writeSetting = (dataDir: string, name: keyof InterfaceSettings, value: unknown): void => {
  const file = settingsPath(dataDir);
  const text = textOf(file) ?? '{}\n';
  const edits = modify(text, [name], value, { formattingOptions: { insertSpaces: true, tabSize: 2 } });
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.part-${process.pid}`;
  writeFileSync(draft, applyEdits(text, edits), { mode: 0o600 });
  renameSync(draft, file);
};
