import { promises as fs } from 'node:fs';
import path from 'node:path';
import { NOTES_DIR } from './config.js';

/** The file a note's name stands for. */
export function resolveNote(name: string): string {
  const file = path.resolve(NOTES_DIR, name);
  if (!file.startsWith(NOTES_DIR)) {
    throw new Error(`outside of the notes folder: ${name}`);
  }
  return file;
}

export async function listNotes(): Promise<string[]> {
  const names = await fs.readdir(NOTES_DIR);
  return names.filter((name) => name.endsWith('.md')).sort();
}

export async function readNote(name: string): Promise<string> {
  return fs.readFile(resolveNote(name), 'utf8');
}

export async function removeNote(name: string): Promise<void> {
  await fs.rm(resolveNote(name), { recursive: true, force: true });
}
