import type { Box } from '../sandbox/box.ts';

/** How the server is started, inside a sandbox. */
export type Launch = {
  argv: readonly string[];
  /** Folder inside. */
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Where it listens inside the sandbox, when it does not speak on standard streams; '' for those. */
  url: string;
  /** Files laid into throw-away folders before it starts. */
  files: readonly { path: string; text?: string; base64?: string; link?: string; folder?: boolean }[];
};

/** A fresh sandbox, with nothing started in it. `signal` ends it at once. */
export type OpenBox = (signal?: AbortSignal) => Promise<Box>;

export const launchIn = async (box: Box, launch: Launch, trace = false): Promise<void> => {
  if (launch.files.length > 0) await box.ask('write', { files: launch.files });
  await box.start(launch.argv, { cwd: launch.cwd, env: { ...launch.env }, trace });
};
