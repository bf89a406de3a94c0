/** Long, since it is one table: every key of every place, so that no key can mean two things and the help is never behind. */
import type { EvidenceItem } from '../domain/evidence.ts';
import * as bookmarks from './actions/bookmarks.ts';
import * as bulk from './actions/bulk.ts';
import * as byHand from './actions/by-hand.ts';
import * as checks from './actions/checks.ts';
import * as evidence from './actions/evidence.ts';
import * as findings from './actions/findings.ts';
import * as home from './actions/home.ts';
import * as later from './actions/later-audit.ts';
import * as live from './actions/live.ts';
import * as lookup from './actions/lookup.ts';
import * as go from './actions/navigate.ts';
import * as proposals from './actions/proposals.ts';
import * as queue from './actions/queue.ts';
import * as reader from './actions/reader.ts';
import * as readLines from './actions/reader-lines.ts';
import * as readWords from './actions/reader-words.ts';
import { review, reviewDisabled } from './actions/review.ts';
import * as scorecard from './actions/scorecard.ts';
import * as server from './actions/server.ts';
import * as session from './actions/session.ts';
import { openSettings } from './actions/settings.ts';
import * as tools from './actions/tools.ts';
import { undo } from './actions/undo.ts';
import type { App } from './app-state.ts';
import type { Key } from './keys.ts';
import {
  selectedCheck,
  selectedCriterion,
  selectedFinding,
  selectedItem,
  selectedLive,
  selectedProposal,
  selectedTool,
  type View,
} from './model.ts';
import { beginTour, endTour } from './tour.ts';

/** Where a key means something. Earlier contexts of {@link contextsOf} win. */
export type Context =
  | 'home'
  | 'reader'
  | 'check'
  | 'item'
  | 'finding'
  | 'run'
  | 'report'
  | 'session'
  | 'surface'
  | 'scorecard'
  | 'live'
  | 'proposal'
  | 'lists'
  | 'audit'
  | 'global';

/**
 * One record a key: dispatch, footer, help and palette all read this table. `disabled` says in words why not now.
 */
export type Binding = {
  id: string;
  context: Context;
  keys: readonly Key[];
  label: string;
  /** A word or two for the footer; '' keeps it out of there. */
  short: string;
  /** Where it does another thing to what is selected, the word for that. */
  shortHere?: (view: View) => string;
  disabled?: (view: View) => string | null;
  run: (app: App) => void;
};

const readOnly = (v: View): string | null => (v.snap?.readOnly ? 'this session is open read-only' : null);
const onCheck = (v: View): string | null =>
  readOnly(v) ?? (selectedCheck(v) ? null : 'a section is selected: choose a check');
const onItem = (v: View): string | null =>
  readOnly(v) ?? (selectedItem(v) ? null : 'no evidence item is selected');
const onProposal = (v: View): string | null =>
  readOnly(v) ?? (selectedProposal(v) ? null : 'no proposal is selected');
/** What cannot be tried by calls is not offered to be. */
const onTriable = (v: View): string | null => {
  const item = selectedItem(v);
  if (item?.kind !== 'lead') return onItem(v) ?? 'only leads can be tried on the running server';
  const why = v.untriable(item);
  return onItem(v) ?? (why === '' ? null : `it cannot be tried by calls: ${why}`);
};
const onTried = (v: View): string | null =>
  readOnly(v) ?? (selectedLive(v)?.kind === 'lead' ? null : 'no lead is selected: C tries all that can be');
const onEvidence = (v: View): string | null => {
  const check = selectedCheck(v);
  if (!check) return 'a section is selected: choose a check';
  return v.index.get(check.id)?.length ? null : 'nothing was gathered for this check';
};
const onTriedRow = (v: View): string | null =>
  selectedLive(v)?.kind === 'lead' ? null : 'no lead is selected: choose one that was tried';
/** Whether a call can show one of them, of those nobody dismissed. */
const triable = (v: View, items: readonly EvidenceItem[]): string | null => {
  const leads = items.filter(
    (i) => i.kind === 'lead' && v.snap?.session.triage.get(i.id)?.decision !== 'dismissed',
  );
  if (leads.length === 0) return 'there is no lead here to try';
  return leads.some((l) => v.untriable(l) === '') ? null : 'none of its leads can be tried by calls';
};
const onCheckTriable = (v: View): string | null =>
  onCheck(v) ?? triable(v, v.index.get(selectedCheck(v)?.id ?? '') ?? []);
const toolLeads = (v: View): readonly EvidenceItem[] => selectedTool(v)?.leads ?? [];
const onToolLead = (v: View): string | null =>
  toolLeads(v).length > 0 ? null : 'no lead begins in this tool';
const onToolTriable = (v: View): string | null => readOnly(v) ?? triable(v, toolLeads(v));
const onStep = (v: View): string | null => {
  const item = selectedItem(v);
  return item && item.flow.length + item.places.length > 0 ? null : 'this line points at one place only';
};
const onPlace = (v: View): string | null => {
  const item = selectedItem(v);
  return item && (item.location !== null || item.flow.length > 0) ? null : 'this line has no place in a file';
};
const onStop = (v: View): string | null =>
  (v.ui.reader?.stops.length ?? 0) > 0
    ? null
    : 'nothing points at this file: > and < walk the places of a lead';
const onReadLead = (v: View): string | null =>
  v.ui.reader?.item == null ? 'no lead is read here: it was opened as a file' : onItem(v);
const onSelection = (v: View): string | null =>
  v.ui.reader?.mark == null ? 'no lines are selected: V selects' : null;
const onFinding = (v: View): string | null =>
  readOnly(v) ?? (selectedFinding(v) ? null : 'there are no findings yet: f on a check records one');

const onCriterion = (v: View): string | null =>
  readOnly(v) ?? (selectedCriterion(v) ? null : 'a dimension is selected: choose a criterion');

// biome-ignore format: a table is read by line, one key a line
export const bindings: readonly Binding[] = [
  { id: 'resume', context: 'home', keys: ['enter', 'right', 'l'], label: 'Resume the selected session', short: 'resume', run: home.resumeSelected, disabled: (v) => ((v.sessions?.length ?? 0) > 0 ? null : 'there are no sessions yet') },
  { id: 'new-audit', context: 'home', keys: ['n'], label: 'New audit', short: 'new audit', run: home.newAudit },
  { id: 'try-sample', context: 'home', keys: ['t'], label: 'Try it on the bundled sample server', short: 'try the sample', run: home.trySample },
  { id: 'earlier-home', context: 'home', keys: ['L'], label: 'Look up earlier audits of a server', short: 'earlier audits', run: lookup.lookUpAudits },
  { id: 'reaudit-home', context: 'home', keys: ['R'], label: 'Audit a later commit of this server, with what was said carried', short: 're-audit', run: later.reauditSelected, disabled: (v) => ((v.sessions?.length ?? 0) > 0 ? null : 'there are no sessions yet') },
  { id: 'filter-home', context: 'home', keys: ['/'], label: 'Filter the sessions', short: 'filter', run: go.filter },
  { id: 'import', context: 'home', keys: ['i'], label: 'Import a session', short: 'import', run: home.importSession },

  { id: 'reader-stop', context: 'reader', keys: ['>'], label: 'Go to the next step or place', short: 'next step', disabled: onStop, run: (a) => reader.stopBy(a, 1) },
  { id: 'reader-stop-back', context: 'reader', keys: ['<'], label: 'Go to the step or place before', short: '', disabled: onStop, run: (a) => reader.stopBy(a, -1) },
  { id: 'reader-try', context: 'reader', keys: ['c'], label: 'Try the lead on the running server, in a sandbox', short: 'try', disabled: (v) => (v.ui.reader?.item == null ? onReadLead(v) : onTriable(v)), run: live.tryItem },
  { id: 'reader-accept', context: 'reader', keys: ['a'], label: 'Accept the lead: this matters; answer the question; on to the next', short: 'accept', disabled: onReadLead, run: evidence.accept },
  { id: 'reader-dismiss', context: 'reader', keys: ['d'], label: 'Dismiss it with a reason; on to the next', short: 'dismiss', disabled: onReadLead, run: evidence.dismiss },
  { id: 'reader-raise', context: 'reader', keys: ['f'], label: 'Raise a finding from the selected lines, or from the lead', short: 'finding', disabled: readOnly, run: readLines.raise },
  { id: 'reader-select', context: 'reader', keys: ['V'], label: 'Select lines from here (again: let go)', short: 'select', run: reader.toggleSelection },
  { id: 'reader-add', context: 'reader', keys: ['+'], label: 'Add the selected lines to a finding as a place', short: 'add place', disabled: (v) => readOnly(v) ?? onSelection(v), run: readLines.addPlace },
  { id: 'reader-note', context: 'reader', keys: ['m'], label: 'Write a note that names the selected lines', short: 'note', disabled: onCheck, run: readLines.note },
  { id: 'reader-attach', context: 'reader', keys: ['A'], label: 'Keep the selected lines with the check', short: 'keep', disabled: (v) => onCheck(v) ?? onSelection(v), run: readLines.attachLines },
  { id: 'reader-bookmark', context: 'reader', keys: ['B'], label: 'Keep the lines, or the lead, for later (again: let go)', short: '', disabled: readOnly, run: bookmarks.toggle },
  { id: 'reader-search', context: 'reader', keys: ['/'], label: 'Search in the file', short: 'search', run: reader.search },
  { id: 'reader-next', context: 'reader', keys: ['n'], label: 'Next place the search found; without one, the next unread lead or question', short: 'next', run: (a) => queue.nextUnread(a, 1) },
  { id: 'reader-previous', context: 'reader', keys: ['N'], label: 'The one before', short: '', run: (a) => queue.nextUnread(a, -1) },
  { id: 'reader-definition', context: 'reader', keys: ['t'], label: 'Go to where a name of this line is defined', short: 'definition', run: readWords.goToDefinition },
  { id: 'reader-uses', context: 'reader', keys: ['T'], label: 'Show where a name of this line is used', short: 'uses', run: readWords.showUses },
  { id: 'reader-blame', context: 'reader', keys: ['b'], label: 'Who changed this line last, and why', short: 'blame', run: reader.showLastChange },
  { id: 'reader-back', context: 'reader', keys: ['ctrl+o'], label: 'Back to where you read before', short: '', run: reader.back },
  { id: 'reader-forward', context: 'reader', keys: ['tab'], label: 'Forward again', short: '', run: reader.forward },
  { id: 'reader-beside', context: 'reader', keys: ['|'], label: 'Keep this place to the left, to read two side by side (again: let go)', short: '', run: reader.toggleBeside },
  { id: 'reader-swap', context: 'reader', keys: ['s'], label: 'Go to the place beside, and keep this one', short: '', run: reader.swapBeside },
  { id: 'reader-wrap', context: 'reader', keys: ['w'], label: 'Wrap long lines, or not', short: 'wrap', run: reader.toggleWrap },
  { id: 'reader-line', context: 'reader', keys: ['L'], label: 'Go to a line', short: 'line', run: reader.goToLine },
  { id: 'reader-copy', context: 'reader', keys: ['y'], label: 'Copy path and lines', short: 'copy', run: readLines.copyCitation },
  { id: 'reader-editor', context: 'reader', keys: ['o'], label: 'Open the file at the audited commit in $EDITOR', short: 'editor', run: reader.openInEditor },
  { id: 'reader-right', context: 'reader', keys: ['right', 'l'], label: 'Scroll to the right', short: '', run: (a) => reader.sidewaysBy(a, 1) },
  { id: 'reader-left', context: 'reader', keys: ['left', 'h'], label: 'Scroll to the left', short: '', run: (a) => reader.sidewaysBy(a, -1) },
  { id: 'reader-down', context: 'reader', keys: ['j', 'down'], label: 'A line down', short: '', run: (a) => reader.moveBy(a, 1) },
  { id: 'reader-up', context: 'reader', keys: ['k', 'up'], label: 'A line up', short: '', run: (a) => reader.moveBy(a, -1) },
  { id: 'reader-first', context: 'reader', keys: ['g', 'home'], label: 'First line', short: '', run: (a) => reader.moveBy(a, 'first') },
  { id: 'reader-last', context: 'reader', keys: ['G', 'end'], label: 'Last line', short: '', run: (a) => reader.moveBy(a, 'last') },
  { id: 'reader-half-down', context: 'reader', keys: ['ctrl+d'], label: 'Half a page of code down', short: '', run: (a) => reader.pageBy(a, 0.5) },
  { id: 'reader-half-up', context: 'reader', keys: ['ctrl+u'], label: 'Half a page of code up', short: '', run: (a) => reader.pageBy(a, -0.5) },
  { id: 'reader-page-down', context: 'reader', keys: ['pagedown', 'space'], label: 'A page of code down', short: '', run: (a) => reader.pageBy(a, 1) },
  { id: 'reader-page-up', context: 'reader', keys: ['pageup'], label: 'A page of code up', short: '', run: (a) => reader.pageBy(a, -1) },
  { id: 'reader-close', context: 'reader', keys: ['esc', 'q'], label: 'Let go of the selection, the search, the file', short: 'close', run: reader.close },

  { id: 'read', context: 'item', keys: ['enter', 'right', 'l'], label: 'Read the code it points at', short: 'read', disabled: onPlace, run: reader.openSelectedItem },
  { id: 'try', context: 'item', keys: ['c'], label: 'Try it on the running server, in a sandbox', short: 'try', disabled: onTriable, run: live.tryItem },
  { id: 'accept', context: 'item', keys: ['a'], label: 'Accept: this matters; of a question: answer it', short: 'accept', shortHere: (v) => (selectedItem(v)?.kind === 'question' ? 'answer' : 'accept'), disabled: onItem, run: evidence.accept },
  { id: 'dismiss', context: 'item', keys: ['d'], label: 'Dismiss with a reason (again: take back)', short: 'dismiss', disabled: onItem, run: evidence.dismiss },
  { id: 'dismiss-alike', context: 'item', keys: ['D'], label: 'Dismiss all alike: same rule, file, tool, class, filter', short: 'alike', disabled: onItem, run: bulk.dismissAlike },
  { id: 'select-items', context: 'item', keys: ['V'], label: 'Select lines from here, to judge them together (again: let go)', short: 'select', disabled: onItem, run: bulk.toggleSelection },
  { id: 'raise', context: 'item', keys: ['f'], label: 'Raise a finding from this evidence', short: 'finding', disabled: onItem, run: evidence.raiseFinding },
  { id: 'open-file', context: 'item', keys: ['o'], label: 'Open the file at the audited commit in $EDITOR', short: 'open', disabled: (v) => (selectedItem(v)?.location ? null : 'this line has no place in a file'), run: evidence.openInEditor },
  { id: 'open-other', context: 'item', keys: ['O'], label: 'Open a step of the flow, or another place of the same cause', short: '', disabled: onStep, run: evidence.openOther },
  { id: 'copy-item', context: 'item', keys: ['y'], label: 'Copy the command that shows it again', short: 'copy', disabled: (v) => (selectedItem(v) ? null : 'no evidence item is selected'), run: evidence.copyItem },
  { id: 'next-step', context: 'item', keys: ['>'], label: 'Show the code of the next step or place', short: 'next step', disabled: onStep, run: (a) => evidence.stepBy(a, 1) },
  { id: 'previous-step', context: 'item', keys: ['<'], label: 'Show the code of the step or place before', short: '', disabled: onStep, run: (a) => evidence.stepBy(a, -1) },

  { id: 'pass', context: 'check', keys: ['p'], label: 'Verdict: pass', short: 'pass', disabled: onCheck, run: (a) => checks.answer(a, 'pass') },
  { id: 'fail', context: 'check', keys: ['f'], label: 'Verdict: fail, and begin a finding', short: 'fail', disabled: onCheck, run: (a) => checks.answer(a, 'fail') },
  { id: 'not-applicable', context: 'check', keys: ['x'], label: 'Verdict: not applicable, with a reason; on a section for all that is open in it', short: 'n/a', disabled: readOnly, run: checks.notApplicable },
  { id: 'unsure', context: 'check', keys: ['u'], label: 'Verdict: unsure', short: 'unsure', disabled: onCheck, run: (a) => checks.answer(a, 'unsure') },
  { id: 'same', context: 'check', keys: ['&'], label: 'The same verdict and note as given last', short: '', disabled: onCheck, run: checks.sameAsBefore },
  { id: 'confirm-carried', context: 'check', keys: ['K'], label: 'Confirm what the earlier audit said of it: its evidence is the same', short: '', disabled: (v) => onCheck(v) ?? later.notCarried(v), run: later.confirmCarried },
  { id: 'changes-since', context: 'check', keys: ['W'], label: 'What changed since the earlier audit', short: '', disabled: later.noCarried, run: later.showSummary },
  { id: 'bookmark', context: 'check', keys: ['B'], label: 'Keep for later: this check, lead or lines (again: let go)', short: '', disabled: readOnly, run: bookmarks.toggle },
  { id: 'verdict', context: 'check', keys: ['v'], label: 'Choose the verdict from a list', short: '', disabled: onCheck, run: checks.pickVerdict },
  { id: 'clear', context: 'check', keys: ['backspace'], label: 'Clear the verdict', short: '', disabled: onCheck, run: checks.clearVerdict },
  { id: 'note', context: 'check', keys: ['m'], label: 'Write a note here', short: 'note', disabled: onCheck, run: checks.writeNote },
  { id: 'editor', context: 'check', keys: ['e'], label: 'Write the note in $EDITOR', short: 'editor', disabled: onCheck, run: checks.editNote },
  { id: 'try-check', context: 'check', keys: ['c'], label: 'Try its leads on the running server, in a sandbox', short: '', disabled: onCheckTriable, run: live.tryCheck },
  { id: 'open-evidence', context: 'check', keys: ['o'], label: 'Go to the evidence of this check', short: 'open', disabled: onEvidence, run: (a) => go.focusPane(a, 'evidence') },
  { id: 'recollect', context: 'check', keys: ['r'], label: 'Gather the evidence of this check again', short: '', disabled: onCheck, run: checks.recollect },
  { id: 'copy-check', context: 'check', keys: ['y'], label: 'Copy a reference to this check', short: '', disabled: onCheck, run: checks.copyCheck },

  { id: 'peer-review', context: 'check', keys: ['R'], label: 'Peer review: say what you think, or answer it', short: '', disabled: (v) => readOnly(v) ?? reviewDisabled(v), run: review },
  { id: 'answer-review', context: 'finding', keys: ['R'], label: 'Answer what a reviewer said of it', short: '', disabled: (v) => onFinding(v) ?? reviewDisabled(v), run: review },
  { id: 'copy-commands', context: 'check', keys: ['Y'], label: 'Copy the commands to run by hand', short: '', disabled: (v) => (selectedCheck(v) ? null : 'a section is selected: choose a check'), run: byHand.copyCommands },
  { id: 'run-command', context: 'check', keys: ['!'], label: 'Run one of its commands here, and keep what it says', short: '', disabled: onCheck, run: byHand.runCommand },

  { id: 'edit-finding', context: 'finding', keys: ['enter', 'right', 'l'], label: 'Edit the finding', short: 'edit', disabled: onFinding, run: findings.editSelected },
  { id: 'edit-finding-whole', context: 'finding', keys: ['e'], label: 'Edit the whole finding in $EDITOR', short: 'editor', disabled: onFinding, run: findings.editSelectedWhole },
  { id: 'fate-finding', context: 'finding', keys: ['K'], label: 'What became of it since the earlier audit: still there, fixed, regressed', short: '', disabled: (v) => onFinding(v) ?? later.noFollowUp(v), run: later.judgeFate },
  { id: 'score-finding', context: 'finding', keys: ['s'], label: 'Score it: CVSS 4.0, CVSS 3.1, AIVSS', short: 'score', disabled: onFinding, run: findings.scoreSelected },
  { id: 'cwe-finding', context: 'finding', keys: ['w'], label: 'Choose its CWE from the catalogue', short: 'CWE', disabled: onFinding, run: findings.cweOfSelected },
  { id: 'review-finding', context: 'finding', keys: ['v'], label: 'Reviewed: read again as a whole (again: take back)', short: 'reviewed', disabled: onFinding, run: findings.reviewSelected },
  { id: 'fill-finding', context: 'finding', keys: ['t'], label: 'Fill what is empty from a template', short: 'template', disabled: onFinding, run: findings.fillSelected },
  { id: 'read-finding', context: 'finding', keys: ['o'], label: 'Read the code it cites', short: 'read', disabled: (v) => (selectedFinding(v)?.locations.length ? null : 'this finding cites no place yet'), run: reader.openSelectedFinding },
  { id: 'new-finding', context: 'finding', keys: ['n'], label: 'New finding', short: 'new', disabled: readOnly, run: findings.newFinding },
  { id: 'delete-finding', context: 'finding', keys: ['D'], label: 'Delete the finding', short: 'delete', disabled: onFinding, run: findings.deleteSelected },

  { id: 'rerun', context: 'run', keys: ['r'], label: 'Run this collector again', short: 'run again', disabled: readOnly, run: session.rerun },
  { id: 'run-all', context: 'run', keys: ['R'], label: 'Run all collectors again', short: 'run all', disabled: readOnly, run: session.runAll },

  { id: 'import-results', context: 'run', keys: ['i'], label: "Import another tool's results (SARIF, JSON)", short: 'import', disabled: readOnly, run: tools.importResults },

  { id: 'scan', context: 'run', keys: ['t'], label: 'Run a scanner you have on the audited commit', short: 'scan', disabled: readOnly, run: tools.scan },

  { id: 'go-there', context: 'report', keys: ['enter'], label: 'Go to what is missing', short: 'go there', run: session.goThere },
  { id: 'write', context: 'report', keys: ['w'], label: 'Write the submission', short: 'write', disabled: readOnly, run: session.writeReport },
  { id: 'sign-report', context: 'report', keys: ['A'], label: 'Who signs', short: 'who signs', disabled: readOnly, run: session.nameAuditor },

  { id: 'told-report', context: 'report', keys: ['T'], label: 'When the maintainers were told', short: 'told', disabled: readOnly, run: session.tellMaintainers },
  { id: 'told', context: 'session', keys: ['T'], label: 'When the maintainers were told', short: 'told', disabled: readOnly, run: session.tellMaintainers },
  { id: 'address-report', context: 'report', keys: ['U'], label: 'Address of the repository', short: 'address', disabled: readOnly, run: session.addressTarget },
  { id: 'address', context: 'session', keys: ['U'], label: 'Address of the repository', short: 'address', disabled: readOnly, run: session.addressTarget },
  { id: 'server-report', context: 'report', keys: ['S'], label: 'What the server is, and your closing judgement', short: 'server', disabled: readOnly, run: server.describeServer },
  { id: 'server', context: 'session', keys: ['S'], label: 'What the server is, and your closing judgement', short: 'server', disabled: readOnly, run: server.describeServer },
  { id: 'sign', context: 'session', keys: ['A'], label: 'Who signs', short: 'who signs', disabled: readOnly, run: session.nameAuditor },
  { id: 'network', context: 'session', keys: ['N'], label: 'Allow or forbid the network for this session', short: 'network', disabled: readOnly, run: session.allowNetwork },
  { id: 'advisories', context: 'session', keys: ['V'], label: 'Offline copy of OSV, for known vulnerabilities', short: 'OSV copy', disabled: readOnly, run: session.chooseAdvisories },
  { id: 'earlier', context: 'session', keys: ['L'], label: 'Earlier audits of this server', short: 'earlier audits', run: lookup.lookUpAudits },
  { id: 'method', context: 'session', keys: ['M'], label: 'What the methodology of today changed; move over, or stay', short: '', run: session.showMethod },
  { id: 'export', context: 'session', keys: ['E'], label: 'Export the session to one file', short: 'export', run: session.exportSession },

  { id: 'sort-tools', context: 'surface', keys: ['s'], label: 'Sort by worst, name, sinks, parameters in turn', short: 'sort', run: go.sortTools },
  { id: 'read-handler', context: 'surface', keys: ['t'], label: 'Read the code of its handler, where it is defined', short: 'code', run: reader.openSelectedTool },
  { id: 'try-tool', context: 'surface', keys: ['c'], label: 'Try its leads on the running server, in a sandbox', short: 'try', disabled: onToolTriable, run: live.tryTool },
  { id: 'go-to-lead', context: 'surface', keys: ['o'], label: 'Go to the worst lead of this tool', short: 'worst lead', disabled: onToolLead, run: go.goToLead },

  { id: 'probe', context: 'live', keys: ['r'], label: 'Start the server in a sandbox and ask it', short: 'start and ask', disabled: readOnly, run: live.probe },
  { id: 'try-again', context: 'live', keys: ['c'], label: 'Try the lead again', short: 'try', disabled: onTried, run: live.tryAgain },
  { id: 'start-words', context: 'live', keys: ['e'], label: 'Say how it is started', short: 'how', disabled: readOnly, run: live.sayStart },
  { id: 'go-to-tried', context: 'live', keys: ['o'], label: 'Go to the lead', short: 'lead', disabled: onTriedRow, run: live.goToTried },

  { id: 'accept-proposed', context: 'proposal', keys: ['a'], label: 'Accept it: recorded as yours, with its origin', short: 'accept', disabled: onProposal, run: proposals.accept },
  { id: 'edit-proposed', context: 'proposal', keys: ['e'], label: 'Accept it in your words', short: 'in your words', disabled: onProposal, run: proposals.edit },
  { id: 'reject-proposed', context: 'proposal', keys: ['d'], label: 'Reject it, with a reason the assistant can read', short: 'reject', disabled: onProposal, run: proposals.reject },
  { id: 'ask-back', context: 'proposal', keys: ['r'], label: 'Ask back: the assistant can read the question', short: 'ask back', disabled: onProposal, run: proposals.askBack },
  { id: 'read-proposed', context: 'proposal', keys: ['o'], label: 'Read the code it cites', short: 'read', disabled: (v) => (selectedProposal(v) ? null : 'no proposal is selected'), run: proposals.read },
  { id: 'try-proposed', context: 'proposal', keys: ['c'], label: 'Try the lead it asks to be tried, in a sandbox', short: 'try', disabled: (v) => onProposal(v) ?? (selectedProposal(v)?.voices.some((one) => one.tries !== null) ? null : 'it asks for no trial'), run: proposals.tryIt },
  { id: 'check-of-proposed', context: 'proposal', keys: ['t'], label: 'Go to the check it speaks to', short: 'check', disabled: (v) => (selectedProposal(v) ? null : 'no proposal is selected'), run: proposals.goToItsCheck },

  { id: 'rate', context: 'scorecard', keys: ['enter', 'e'], label: 'Rate this criterion yourself, with a reason', short: 'rate', disabled: onCriterion, run: scorecard.rate },
  { id: 'accept-proposal', context: 'scorecard', keys: ['a'], label: 'Accept the proposed rating', short: 'accept', disabled: (v) => onCriterion(v) ?? (selectedCriterion(v)?.proposal.value === null ? 'nothing is proposed: no check that speaks to it could be counted' : null), run: scorecard.acceptProposal },
  { id: 'unrate', context: 'scorecard', keys: ['backspace'], label: 'Let the proposal stand again', short: '', disabled: (v) => onCriterion(v) ?? (selectedCriterion(v)?.by === 'auditor' ? null : 'you have not rated it'), run: scorecard.unrate },
  { id: 'go-to-vote', context: 'scorecard', keys: ['o'], label: 'Go to the check that decides it', short: 'go there', disabled: (v) => (selectedCriterion(v)?.votes.length ? null : 'choose a criterion that checks speak to'), run: scorecard.goToVote },

  { id: 'undo', context: 'audit', keys: ['z'], label: 'Undo', short: 'undo', disabled: (v) => readOnly(v) ?? ((v.snap?.session.undo.length ?? 0) > 0 ? null : 'nothing to undo'), run: (a) => undo(a, 'undo') },
  { id: 'redo', context: 'audit', keys: ['Z'], label: 'Redo', short: '', disabled: (v) => readOnly(v) ?? ((v.snap?.session.redo.length ?? 0) > 0 ? null : 'nothing to redo'), run: (a) => undo(a, 'redo') },
  { id: 'filter', context: 'audit', keys: ['/'], label: 'Filter the list', short: 'filter', run: go.filter },
  { id: 'next-unread', context: 'check', keys: ['n'], label: 'Next lead nobody judged, of any check', short: 'next', run: (a) => queue.nextUnread(a, 1) },
  { id: 'previous-unread', context: 'check', keys: ['N'], label: 'The unjudged lead before', short: '', run: (a) => queue.nextUnread(a, -1) },
  { id: 'read-file', context: 'audit', keys: ['F'], label: 'Read any file of the target', short: '', run: reader.pickFile },
  { id: 'end-tour', context: 'audit', keys: ['\\'], label: 'End the tour', short: '', disabled: (v) => (v.ui.tour === null ? 'no tour is under way' : null), run: endTour },
  { id: 'tour', context: 'audit', keys: ['alt+t'], label: 'A tour of six steps', short: '', run: beginTour },
  { id: 'bookmarks', context: 'audit', keys: ["'"], label: 'What you kept for later', short: '', run: bookmarks.show },
  { id: 'jump-back', context: 'audit', keys: ['ctrl+o'], label: 'Back to where you were before the last jump', short: '', run: go.back },
  { id: 'next-open', context: 'audit', keys: [']'], label: 'Next check without a verdict', short: '', run: (a) => go.goToOpen(a, 1) },
  { id: 'previous-open', context: 'audit', keys: ['['], label: 'Previous check without a verdict', short: '', run: (a) => go.goToOpen(a, -1) },
  { id: 'what-now', context: 'audit', keys: ['.'], label: 'What now: the next thing worth doing', short: 'what now', run: go.goWhatNow },
  { id: 'screen-audit', context: 'audit', keys: ['1'], label: 'Audit', short: '', run: (a) => go.goTo(a, 'audit') },
  { id: 'screen-findings', context: 'audit', keys: ['2'], label: 'Findings', short: '', run: (a) => go.goTo(a, 'findings') },
  { id: 'screen-evidence', context: 'audit', keys: ['3'], label: 'Evidence runs', short: '', run: (a) => go.goTo(a, 'evidence') },
  { id: 'screen-report', context: 'audit', keys: ['4'], label: 'Report readiness', short: '', run: (a) => go.goTo(a, 'report') },
  { id: 'screen-session', context: 'audit', keys: ['5'], label: 'Session and its history', short: '', run: (a) => go.goTo(a, 'session') },
  { id: 'screen-surface', context: 'audit', keys: ['6'], label: 'Attack surface: tools and what they may reach', short: '', run: (a) => go.goTo(a, 'surface') },
  { id: 'screen-scorecard', context: 'audit', keys: ['7'], label: 'Scorecard: criteria, proposed and rated', short: '', run: (a) => go.goTo(a, 'scorecard') },
  { id: 'screen-live', context: 'audit', keys: ['8'], label: 'Running server: started in a sandbox, asked, leads tried', short: '', run: (a) => go.goTo(a, 'live') },
  { id: 'screen-proposals', context: 'audit', keys: ['9'], label: 'Proposals of assistants, and who is connected', short: '', run: (a) => proposals.goToProposals(a, a.ui.get().place === 'audit' ? (selectedCheck(a.view())?.id ?? null) : null) },
  { id: 'try-all', context: 'audit', keys: ['C'], label: 'Try all leads that can be on the running server', short: '', disabled: readOnly, run: live.tryAll },
  { id: 'next-pane', context: 'audit', keys: ['tab'], label: 'Next pane', short: '', run: (a) => go.cycleFocus(a, 1) },
  { id: 'previous-pane', context: 'audit', keys: ['shift+tab'], label: 'Previous pane', short: '', run: (a) => go.cycleFocus(a, -1) },
  { id: 'zoom', context: 'audit', keys: ['=', '+'], label: 'Larger pane', short: 'larger', run: (a) => go.zoomBy(a, 1) },
  { id: 'unzoom', context: 'audit', keys: ['_'], label: 'Smaller pane', short: '', run: (a) => go.zoomBy(a, -1) },
  { id: 'open', context: 'audit', keys: ['enter', 'right', 'l'], label: 'Open, or go one pane to the right', short: '', run: go.openRow },
  { id: 'close', context: 'audit', keys: ['left', 'h'], label: 'Close the section, or go one pane to the left', short: '', run: go.closeRow },

  { id: 'down', context: 'lists', keys: ['j', 'down'], label: 'Down', short: '', run: (a) => go.moveBy(a, 1) },
  { id: 'up', context: 'lists', keys: ['k', 'up'], label: 'Up', short: '', run: (a) => go.moveBy(a, -1) },
  { id: 'first', context: 'lists', keys: ['g', 'home'], label: 'First', short: '', run: (a) => go.moveBy(a, 'first') },
  { id: 'last', context: 'lists', keys: ['G', 'end'], label: 'Last', short: '', run: (a) => go.moveBy(a, 'last') },
  { id: 'half-down', context: 'lists', keys: ['ctrl+d'], label: 'Half a page down', short: '', run: (a) => go.pageBy(a, 0.5) },
  { id: 'half-up', context: 'lists', keys: ['ctrl+u'], label: 'Half a page up', short: '', run: (a) => go.pageBy(a, -0.5) },
  { id: 'page-down', context: 'lists', keys: ['pagedown', 'space'], label: 'A page down', short: '', run: (a) => go.pageBy(a, 1) },
  { id: 'page-up', context: 'lists', keys: ['pageup'], label: 'A page up', short: '', run: (a) => go.pageBy(a, -1) },

  { id: 'palette', context: 'global', keys: [':', 'ctrl+p'], label: 'Go to anything, or do anything: checks, leads, findings, tools, files, commands', short: 'go to', run: go.openPalette },
  { id: 'settings', context: 'global', keys: [','], label: 'Settings: theme, glyphs, mouse, bell, keys, own commands', short: '', run: openSettings },
  { id: 'help', context: 'global', keys: ['?'], label: 'Help', short: 'help', run: go.openHelp },
  { id: 'back', context: 'global', keys: ['esc'], label: 'Close, clear the filter, or go back', short: '', run: (a) => void go.close(a) },
  { id: 'quit', context: 'global', keys: ['q'], label: 'Back; on the last screen quit', short: 'quit', run: session.quitOrBack },
  { id: 'interrupt', context: 'global', keys: ['ctrl+c'], label: 'Quit', short: '', run: session.interrupt },
  { id: 'stop', context: 'global', keys: ['ctrl+z'], label: 'Back to the shell for a while: fg comes back', short: '', disabled: () => (process.platform === 'win32' ? 'this system cannot stop a program' : null), run: (a) => a.stop() },
  { id: 'redraw', context: 'global', keys: ['ctrl+l'], label: 'Draw the screen again', short: '', run: (a) => { a.clearScreen(); a.redraw(); } },
];

/** Contexts that hold now, nearest first. */
export const contextsOf = (v: View): readonly Context[] => {
  switch (v.ui.place) {
    case 'home':
      return ['home', 'lists', 'global'];
    case 'opening':
      return ['global'];
    case 'audit':
      return v.ui.focus === 'evidence'
        ? ['item', 'check', 'audit', 'lists', 'global']
        : ['check', 'audit', 'lists', 'global'];
    case 'reader':
      return v.ui.reader?.item == null
        ? ['reader', 'audit', 'lists', 'global']
        : ['reader', 'item', 'check', 'audit', 'lists', 'global'];
    case 'findings':
      return ['finding', 'audit', 'lists', 'global'];
    case 'evidence':
      return ['run', 'audit', 'lists', 'global'];
    case 'report':
      return ['report', 'audit', 'lists', 'global'];
    case 'session':
      return ['session', 'audit', 'lists', 'global'];
    case 'surface':
      return ['surface', 'audit', 'lists', 'global'];
    case 'scorecard':
      return ['scorecard', 'audit', 'lists', 'global'];
    case 'live':
      return ['live', 'audit', 'lists', 'global'];
    case 'proposals':
      return ['proposal', 'audit', 'lists', 'global'];
  }
};

/** What each key does now: one binding per key, the nearest context's. */
export const activeBindings = (v: View): Binding[] => {
  const taken = new Set<Key>();
  const active: Binding[] = [];
  for (const context of contextsOf(v))
    for (const b of v.bindings)
      if (b.context === context && b.keys.some((k) => !taken.has(k))) {
        for (const k of b.keys) taken.add(k);
        active.push(b);
      }
  return active;
};

/** The keys of a binding that reach it here: a nearer one may mean something else by some of them. */
export const keysHere = (v: View, b: Binding): readonly Key[] => b.keys.filter((k) => bindingFor(v, k) === b);

export const bindingFor = (v: View, key: Key): Binding | null => {
  for (const context of contextsOf(v)) {
    const found = v.bindings.find((b) => b.context === context && b.keys.includes(key));
    if (found) return found;
  }
  return null;
};
