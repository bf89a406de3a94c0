import type { Session } from './session.ts';

/**
 * What the auditor allowed and named on this machine for one session. It is kept beside the record and never in it: a record
 * travels, and whoever sends one must not decide what this machine sends to whom, or which of its paths are read.
 */
export type Local = {
  networkAllowed: boolean;
  /** Folder or zip with an offline copy of OSV; null when none was named. */
  osvCopy: string | null;
  /** Path or git URL the target was opened from; '' when it was not opened here. */
  source: string;
};

export const nothingLocal = (): Local => ({ networkAllowed: false, osvCopy: null, source: '' });

/** The session as it stands on this machine: what its record says about permissions and paths was said elsewhere. */
export const withLocal = (session: Session, { networkAllowed, osvCopy, source }: Local): Session => ({
  ...session,
  networkAllowed,
  osvCopy,
  target: session.target && { ...session.target, source },
});

export const localOf = ({ networkAllowed, osvCopy, target }: Session): Local => ({
  networkAllowed,
  osvCopy,
  source: target?.source ?? '',
});

/** What both allow. */
export const common = (a: Local, b: Local): Local => ({
  networkAllowed: a.networkAllowed && b.networkAllowed,
  osvCopy: a.osvCopy === b.osvCopy ? a.osvCopy : null,
  source: b.source,
});

/** Something that leaves the machine once the network is allowed: by which part, to whom, and what. */
export type Sending = { by: string; to: string; what: string };
