import { repositoryOf } from '../repository.ts';
import { isMovingName } from '../version.ts';
import { nearestLine } from './fields.ts';
import { type AuditFolder, at, objectOf, type Report, type RuleContext } from './folder.ts';

/** AVP 3.1 and 3.2: does the target have the commit, and is the version a tag of it? Best effort: it never blocks. */
const RULE = 'AVP-3.2';

const short = (commit: string): string => commit.slice(0, 12);

export const checkTarget = (audit: AuditFolder, context: RuleContext, report: Report): void => {
  const json = objectOf(audit.own.get('audit-manifest.json'));
  const url = json && at(json.value, 'target.repo_url');
  const commit = json && at(json.value, 'target.commit_hash');
  const version = json && at(json.value, 'target.version');
  if (!context.repository || !json || typeof url !== 'string' || typeof commit !== 'string') return;
  const say = (level: 'warning' | 'info', path: string, message: string, fix: string) =>
    report({ rule: RULE, level, file: json.file, line: nearestLine(json, path), message, fix });
  const there = context.repository(url, commit);
  if (!there) {
    const named = repositoryOf(url)?.url ?? 'the target';
    say(
      'info',
      'target.repo_url',
      `no clone of ${named} was at hand: neither the commit nor any quotation was verified`,
      'give one with --target',
    );
    return;
  }
  if (!there.hasCommit) {
    say(
      'warning',
      'target.commit_hash',
      `the target's clone has no commit ${short(commit)}`,
      'correct the commit, or give a clone that has it',
    );
    return;
  }
  if (typeof version !== 'string' || version === '' || version === commit || isMovingName(version)) return;
  const [tag, tagged] =
    [version, `v${version}`].map((name) => [name, there.tags.get(name)] as const).find(([, c]) => c) ?? [];
  if (!tag || !tagged)
    say(
      'warning',
      'target.version',
      `the target has no tag "${version.slice(0, 60)}"`,
      'name a tag that is there, or repeat the commit hash',
    );
  else if (tagged.toLowerCase() !== commit.toLowerCase())
    say(
      'warning',
      'target.version',
      `the tag ${tag.slice(0, 60)} is commit ${short(tagged)}, the manifest says ${short(commit)}`,
      'name the tag of the commit that was audited, or repeat the commit hash',
    );
};
