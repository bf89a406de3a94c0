import { spawn } from 'node:child_process';
import type { OwnCommand } from '../domain/settings.ts';

const MOST_BYTES = 200_000;
const TIMEOUT_MS = 120_000;

/**
 * Runs a line the auditor wrote into their settings, by their shell and as them. `variables` reach it in its environment
 * only: a file name of the target is never part of the line. What it put out, with how it ended where that was not well.
 */
export const runOwnCommand = (
  env: Record<string, string | undefined>,
  command: OwnCommand,
  variables: Readonly<Record<string, string>>,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const hears = command.show === 'output';
    const child = spawn(command.run, {
      shell: true,
      env: { ...env, ...variables },
      stdio: hears ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      ...(hears ? { timeout: TIMEOUT_MS } : {}),
    });
    let said = '';
    const hear = (chunk: Buffer): void => {
      if (said.length < MOST_BYTES) said += chunk.toString('utf8');
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve(code === 0 ? said : `${said}\n(it ended with ${signal ?? `exit code ${code}`})`),
    );
  });
