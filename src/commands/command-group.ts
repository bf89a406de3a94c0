import type { Command, Option } from 'commander';
import type { Host } from './host.ts';

/** Options that mean the same wherever they stand. */
export type SharedOptions = {
  json(): Option;
  session(): Option;
  /** What pins a target, and by what its evidence is gathered. */
  targets(c: Command): Command;
};

/** Adds the commands of one subject. `done` gets the exit code of whatever was asked. */
export type CommandGroup = (
  cli: Command,
  host: Host,
  done: (code: number) => void,
  options: SharedOptions,
) => void;

/** For an option that may be given again. */
export const list = (value: string, before: string[] = []): string[] => [...before, value];
