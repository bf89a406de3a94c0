import { isRefusal } from '../../domain/decide.ts';
import { DISCLOSURE_DAYS, disclosureOf, publicationRefusal } from '../../domain/disclosure.ts';
import type { Finding } from '../../domain/finding.ts';
import { plural } from '../../text/plural.ts';
import type { App } from '../app-state.ts';
import { selectedId } from '../model.ts';
import type { ReadinessItem } from '../ports.ts';
import { emptyList } from '../view/list.ts';
import { textField } from '../view/text-field.ts';
import { collect } from './checks.ts';
import { openFindingForm } from './findings.ts';
import { reopen } from './home.ts';
import { close as closeNearest, goTo, goToCheck, select } from './navigate.ts';
import { describeServer } from './server.ts';

export const rerun = (app: App): void => {
  const id = selectedId(app.view(), 'runs');
  if (id && app.opened().store.snapshot().session.imports.has(id))
    return app.toast('These are results of another tool: i imports a newer file.', 'warn');
  if (id) collect(app, [id]);
};

export const runAll = (app: App): void => {
  const ids = app.opened().collectors.map((c) => c.id);
  collect(app, ids);
};

/** Goes where a line of the readiness list says something is missing. */
export const goThere = (app: App): void => {
  const view = app.view();
  const item = view.readiness()[Number(selectedId(view, 'report'))];
  if (!item) return;
  const finding = item.finding ? app.opened().store.snapshot().session.findings.get(item.finding) : undefined;
  if (finding && item.move) return takeMove(app, finding, item.move);
  if (item.finding) {
    goTo(app, 'findings');
    select(app, 'findings', item.finding);
    if (finding && item.part) openFindingForm(app, finding, '', item.part);
  } else if (item.check) goToCheck(app, item.check);
  else if (item.ask === 'auditor') nameAuditor(app);
  else if (item.ask === 'server') describeServer(app);
  else if (item.ask === 'address') addressTarget(app);
  else if (item.ask === 'disclosure') tellMaintainers(app);
};

/** The cited code stands elsewhere in the file: quote it from there. */
const takeMove = (app: App, finding: Finding, move: NonNullable<ReadinessItem['move']>): void =>
  app.work(async () => {
    const { store } = app.opened();
    const found = await app.ports.locate([`${move.path}:${move.startLine}-${move.endLine}`], store);
    if (isRefusal(found)) return app.toast(`${found.refused}: ${found.hint}`, 'warn');
    const locations = finding.locations.map((l, i) => (i === move.location ? (found[0] ?? l) : l));
    app.dispatch(
      { type: 'record-finding', finding: { ...finding, locations } },
      `${finding.id} cites lines ${move.startLine}-${move.endLine} now · z takes it back`,
    );
  });

export const writeReport = (app: App): void => {
  const view = app.view();
  const blocked = view.readiness().filter((r) => r.level === 'blocks');
  if (blocked.length > 0)
    return app.toast(
      `${plural(blocked.length, 'thing blocks', 'things block')} the report: ${blocked[0]?.text}`,
      'bad',
    );
  const { snap } = view;
  if (!snap) return;
  const early = publicationRefusal(snap.session);
  if (early) askEarly(app, early.refused, () => askFolder(app));
  else askFolder(app);
};

/** The warning before anything public is written. The auditor's reason is kept, so that it is asked for once. */
const askEarly = (app: App, warning: string, then: () => void): void =>
  app.push({
    kind: 'field',
    title: 'Why may it be public now?',
    help: `${warning} Enter keeps the reason and goes on, Esc leaves it unwritten; T keeps the day they were told.`,
    field: textField(''),
    submit: (reason) => {
      if (reason.trim() === '') {
        app.toast('Without a reason nothing is written. Esc leaves.', 'warn');
        return false;
      }
      if (!app.taken({ type: 'acknowledge-publication', reason }, 'Your reason is kept.')) return false;
      then();
      return true;
    },
  });

const askFolder = (app: App): void => {
  const { snap } = app.view();
  if (!snap) return;
  app.push({
    kind: 'field',
    title: 'Write the submission to',
    help: 'A folder, or a clone of the audit database. Nothing is sent anywhere. Enter writes, Esc leaves.',
    field: textField(app.ports.reportFolder(snap)),
    submit: (folder) => {
      app.work(async () => {
        const { store } = app.opened();
        const written = await app.ports.write(store.snapshot(), store.events(), folder.trim());
        app.dispatch({ type: 'report-written', audit: written.audit, sha256: written.sha256 });
        app.push({
          kind: 'message',
          title: written.clean ? 'Written, and it validates' : 'Written, but it does not validate',
          text: `${written.folder}\n\n${written.summary}`,
        });
      });
      return true;
    },
  });
};

export const nameAuditor = (app: App): void => {
  const known = app.opened().store.snapshot().session.auditor;
  const fields = [
    { id: 'name', label: 'name', help: 'As it stands on the report.', value: known.name },
    {
      id: 'github',
      label: 'GitHub user',
      help: 'Names the submission folder: <user>-<date>-<number>.',
      value: known.github,
    },
    { id: 'organization', label: 'organization', help: 'Or "Independent".', value: known.organization },
    {
      id: 'contact',
      label: 'contact',
      help: 'An e-mail address maintainers can answer to.',
      value: known.contact,
    },
  ];
  app.push({
    kind: 'form',
    title: 'Who signs this audit',
    fields,
    list: emptyList(),
    editing: textField(known.name),
    problem: '',
    enter: 'next',
    submit: (v) => {
      const auditor = {
        name: v.name?.trim() ?? '',
        github: v.github?.trim() ?? '',
        organization: v.organization?.trim() || 'Independent',
        contact: v.contact?.trim() ?? '',
      };
      const result = app.opened().store.dispatch({ type: 'name-auditor', auditor });
      if (isRefusal(result) && result.refused !== 'nothing changed') {
        const top = app.ui.get().overlays.at(-1);
        if (top?.kind === 'form') app.swap({ ...top, problem: `${result.refused}: ${result.hint}` });
        return;
      }
      app.ports.auditor.set(auditor);
      app.pop();
      app.toast('Signed as you said; remembered for the next audit.');
    },
  });
};

export const addressTarget = (app: App): void =>
  app.push({
    kind: 'field',
    title: 'Address of the repository',
    help: 'Where the audited commit can be had by anybody: https://host/owner/name. The report and the database name it.',
    field: textField(app.opened().store.snapshot().session.target?.url ?? ''),
    submit: (url) => app.taken({ type: 'address-target', url }, 'Address recorded.'),
  });

/** When and how the maintainers were told of what is critical or high. */
export const tellMaintainers = (app: App): void => {
  const known = app.opened().store.snapshot().session.disclosure;
  app.push({
    kind: 'form',
    title: 'Coordinated disclosure: what the maintainers were told',
    fields: [
      {
        id: 'toldOn',
        label: 'told on',
        help: `The day, as YYYY-MM-DD; empty when nobody was told yet. They have ${DISCLOSURE_DAYS} days from then.`,
        value: known.toldOn ?? '',
      },
      {
        id: 'channel',
        label: 'how',
        help: 'The address of the private advisory, or the e-mail address it went to.',
        value: known.channel,
      },
    ],
    list: emptyList(),
    editing: textField(known.toldOn ?? app.ports.now().toISOString().slice(0, 10)),
    problem: '',
    enter: 'next',
    submit: (v) => {
      const toldOn = v.toldOn?.trim() || null;
      const channel = v.channel?.trim() ?? '';
      const result = app.opened().store.dispatch({ type: 'tell-maintainers', toldOn, channel });
      if (isRefusal(result) && result.refused !== 'nothing changed') {
        const top = app.ui.get().overlays.at(-1);
        if (top?.kind === 'form') app.swap({ ...top, problem: `${result.refused}: ${result.hint}` });
        return;
      }
      app.pop();
      const { publicFrom, daysLeft } = disclosureOf(app.opened().store.snapshot().session);
      app.toast(
        publicFrom
          ? `Kept: public from ${publicFrom}, ${plural(daysLeft, 'day')} left.`
          : 'Kept: nobody was told yet.',
      );
    },
  });
};

/** Forbidding is done at once; allowing is asked first, with everything that may be sent, and to whom. */
export const allowNetwork = (app: App): void => {
  const snapshot = app.opened().store.snapshot();
  const allow = (allowed: boolean, said: string): void =>
    void app.dispatch({ type: 'allow-network', allowed }, said);
  if (snapshot.session.networkAllowed) return allow(false, 'Nothing leaves this machine.');
  app.push({
    kind: 'confirm',
    question: 'Allow the network for this session, on this machine?',
    detail: `Then this may leave it, when it is run:\n${app.ports
      .sendings(snapshot)
      .map((s) => `- ${s}`)
      .join('\n')}`,
    yes: () => allow(true, 'Collectors may use the network in this session.'),
  });
};

/** Where dependencies are looked up; they are gathered again at once, since that is what it is named for. */
export const chooseAdvisories = (app: App): void =>
  app.push({
    kind: 'field',
    title: 'Offline copy of OSV',
    help: 'A folder or zip of advisories: <Ecosystem>/all.zip of osv-vulnerabilities, JSON files, or a clone of github/advisory-database. Empty for none.',
    field: textField(app.opened().store.snapshot().session.osvCopy ?? ''),
    submit: (path) => {
      const osv = path.trim() === '' ? null : app.ports.fullPath(path.trim());
      if (!app.taken({ type: 'choose-advisories', osv }, 'Kept: dependencies are looked up again.'))
        return false;
      if (app.opened().collectors.some((c) => c.id === 'dependencies')) collect(app, ['dependencies']);
      return true;
    },
  });

export const exportSession = (app: App): void =>
  app.work(async () => app.toast(`Exported to ${await app.ports.exportFile(app.opened())}`));

const close = (app: App): void => {
  const check = selectedId(app.view(), 'checks');
  const { store } = app.opened();
  store.abort();
  app.live?.cancel();
  app.work(async () => {
    // What was seen of the running server is recorded before the session is closed.
    await app.live?.done;
    app.endWatch();
    await store.close(check && !check.startsWith('section:') ? check : null);
    app.exit();
  });
};

/** Leaves where no session is open; a fetch under way is stopped, or it would keep the program running. */
const leave = (app: App): void => {
  app.cancelOpening();
  app.exit();
};

/** q: one step back; on the last screen it leaves. */
export const quitOrBack = (app: App): void => {
  if (closeNearest(app)) return;
  if (app.view().snap) close(app);
  else leave(app);
};

/** Ctrl+C: calls off what is done with the running server; else leaves. Asks once while collectors run, since their work would be lost; the second one always leaves. */
export const interrupt = (app: App): void => {
  const view = app.view();
  if (!view.snap) return leave(app);
  if (app.live) {
    app.live.cancel();
    return app.toast('Calling it off…', 'warn');
  }
  const asked = view.ui.overlays.at(-1)?.kind === 'confirm';
  if (view.snap.running.size > 0 && !asked)
    return app.push({
      kind: 'confirm',
      question: 'Collectors are still running. Leave anyway?',
      detail: 'What they have not finished is gathered again next time. Everything you decided is saved.',
      yes: () => close(app),
    });
  close(app);
};

/** What today's methodology changed; moving over opens the session again with it, staying is what happens otherwise. */
export const showMethod = (app: App): void => {
  const opened = app.opened();
  app.work(async () => {
    const { words, same } = await app.ports.methodChange(opened.store);
    if (same || opened.store.snapshot().readOnly)
      return app.push({ kind: 'message', title: 'Methodology of this session', text: words });
    app.push({
      kind: 'confirm',
      question: 'Go on with the methodology of today? Otherwise the session stays with its own.',
      detail: `${words}\n\nVerdicts stay; those on checks that ask for something else are to be given again.`,
      yes: () => reopen(app, 'Moving over', () => app.ports.moveMethod(opened)),
    });
  });
};
