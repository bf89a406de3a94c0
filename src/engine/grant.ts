import { type Command, isRefusal, type Refusal } from '../domain/decide.ts';
import type { SessionEvent } from '../domain/events.ts';
import { common, type Local } from '../domain/local.ts';
import type { LocalPort } from './ports.ts';

/** What a command allows or names on this machine; null for what belongs into the record alone. */
const grantedBy = (was: Local, command: Command): Local | null => {
  switch (command.type) {
    case 'allow-network':
      return { ...was, networkAllowed: command.allowed };
    case 'choose-advisories':
      return { ...was, osvCopy: command.osv?.trim() || null };
    default:
      return null;
  }
};

/**
 * Records a decision, and keeps what it allows or names on this machine. What is taken back ends before it is recorded, what is
 * given begins after: a crash between leaves less, never more. `show` is called with what is given once it is recorded. Throws
 * SaveError when it could not be kept.
 */
export const recordWithGrant = (
  local: LocalPort,
  command: Command,
  record: () => SessionEvent | Refusal,
  show: (granted: Local) => void,
): SessionEvent | Refusal => {
  const was = local.read();
  const granted = grantedBy(was, command);
  if (!granted) return record();
  local.keep(common(was, granted));
  const recorded = record();
  if (isRefusal(recorded)) return recorded;
  show(granted);
  local.keep(granted);
  return recorded;
};
