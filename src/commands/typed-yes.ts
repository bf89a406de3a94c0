import { createInterface } from 'node:readline/promises';
import { atTerminal, type Host } from './host.ts';

/** Asked of a person at a terminal; no where nobody sits at one. */
export const typedYes = async (host: Host, question: string, prompt: string): Promise<boolean> => {
  if (!atTerminal()) return false;
  host.stdout(question);
  const line = createInterface({ input: process.stdin, output: process.stdout });
  const typed = await line.question(prompt);
  line.close();
  return typed.trim().toLowerCase() === 'yes';
};
