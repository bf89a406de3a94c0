import { isRefusal } from '../../domain/decide.ts';
import { disclosureOf, publicationRefusal } from '../../domain/disclosure.ts';
import { PROFILE_PARTS, PROFILE_WORDS, type ServerProfile } from '../../domain/server-profile.ts';
import type { Store } from '../../engine/store.ts';
import type { Ports, ReadinessItem } from '../ports.ts';
import { askText, line, type Talk } from './ask.ts';

/** What the report needs beside verdicts and findings, by question and answer. */

export type ReportPorts = Talk & {
  store: Store;
  /** What is in the way of the report, what warns. */
  readiness(): Promise<readonly ReadinessItem[]>;
  /** Writes the submission; says in words what came of it. */
  write(folder: string): Promise<string>;
} & Pick<Ports, 'auditor'>;

const told = (p: ReportPorts, command: Parameters<Store['dispatch']>[0], said: string): boolean => {
  const result = p.store.dispatch(command);
  if (isRefusal(result) && result.refused !== 'nothing changed') {
    p.print(`Not recorded: ${result.refused}. ${result.hint}`);
    return false;
  }
  p.print(said);
  return true;
};

export const tellReadiness = async (p: ReportPorts): Promise<void> => {
  for (const item of await p.readiness())
    p.print(`${item.level}: ${item.text}${item.level === 'ok' ? '' : `. ${item.fix}`}`);
};

export const signAudit = async (p: ReportPorts): Promise<void> => {
  const known = { ...p.store.snapshot().session.auditor };
  const parts = [
    ['name', 'Name', 'As it stands on the report.'],
    ['github', 'GitHub user', 'Names the submission folder.'],
    ['organization', 'Organization', 'Or "Independent".'],
    ['contact', 'Contact', 'An e-mail address maintainers can answer to.'],
  ] as const;
  for (const [id, label, help] of parts) {
    const said = await askText(p, { label, help, now: known[id], multiline: false });
    if (said !== null) known[id] = said.trim();
  }
  const auditor = { ...known, organization: known.organization || 'Independent' };
  if (told(p, { type: 'name-auditor', auditor }, 'Signed as you said; remembered for the next audit.'))
    p.auditor.set(auditor);
};

export const describeServer = async (p: ReportPorts): Promise<void> => {
  const server: Partial<ServerProfile> = {};
  const known = p.store.snapshot().session.server;
  for (const id of PROFILE_PARTS) {
    const options: readonly string[] | undefined =
      id in PROFILE_WORDS ? PROFILE_WORDS[id as keyof typeof PROFILE_WORDS] : undefined;
    const label = id === 'dataSensitivity' ? 'Data sensitivity' : `${id[0]?.toUpperCase()}${id.slice(1)}`;
    const help =
      id === 'judgement' ? 'What you tell a person who has to decide.' : 'Empty: the report proposes it.';
    const said = await askText(p, { label, help, now: known[id], multiline: id === 'judgement', options });
    if (said !== null) Object.assign(server, { [id]: said.trim() });
  }
  told(p, { type: 'describe-server', server }, 'Recorded what the server is.');
};

export const tellMaintainers = async (p: ReportPorts): Promise<void> => {
  const { toldOn, channel } = p.store.snapshot().session.disclosure;
  const day = await askText(p, {
    label: 'Told on',
    help: 'The day the maintainers were told, as YYYY-MM-DD.',
    now: toldOn ?? '',
    multiline: false,
  });
  const how = await askText(p, {
    label: 'How',
    help: 'The advisory, or the address it went to.',
    now: channel,
    multiline: false,
  });
  const command = {
    type: 'tell-maintainers' as const,
    toldOn: day === null ? toldOn : day.trim() || null,
    channel: how ?? channel,
  };
  if (!told(p, command, 'Kept.')) return;
  const { publicFrom, daysLeft } = disclosureOf(p.store.snapshot().session);
  if (publicFrom) p.print(`Public from ${publicFrom}, ${daysLeft} days left.`);
};

/** Asks why it may be public before time, where that has to be said, then for the folder. */
export const writeReport = async (p: ReportPorts): Promise<void> => {
  const blocked = (await p.readiness()).filter((r) => r.level === 'blocks');
  if (blocked.length > 0) {
    p.print(`${blocked.length} in the way of the report:`);
    for (const item of blocked) p.print(`blocks: ${item.text}. ${item.fix}`);
    return;
  }
  const early = publicationRefusal(p.store.snapshot().session);
  if (early) {
    p.print(early.refused);
    const reason = (await line(p, 'Why may it be public now? Empty leaves it unwritten: ')).trim();
    if (reason === '' || !told(p, { type: 'acknowledge-publication', reason }, 'Your reason is kept.'))
      return;
  }
  const folder = (await line(p, 'Write the submission to which folder? Empty gives it up: ')).trim();
  if (folder !== '') p.print(await p.write(folder));
};
