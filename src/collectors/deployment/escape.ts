import type { BuildContext } from '../../analysis/deployment/build-context.ts';
import { listed, plural } from '../../analysis/files/words.ts';
import { launchesIn } from '../../analysis/repository/launch-commands.ts';
import { gap, type ItemDraft } from '../collector.ts';
import type { DockerRun } from './documented.ts';

const CHECKS = ['3.1.4'];

/** A path as a word of a command that somebody may paste: never an option, never more than one word. */
const quoted = (path: string): string =>
  /^[\w./:@%+=,-]+$/.test(path) ? `./${path}` : `'./${path.replaceAll("'", `'\\''`)}'`;
/** What stands in a document is the target's text: only plain words of it get into a command. */
const PLAIN_WORD = /^[\w./:@+=,~-]+$/;

/** Seen from inside: who and what the process is, and the short ways out. */
const INSIDE =
  'id; grep -E "Cap(Eff|Bnd)|NoNewPrivs|Seccomp:" /proc/self/status; mount | grep -vE "^(proc|sysfs|tmpfs|devpts|mqueue|cgroup|shm)"; ls -l /var/run/docker.sock /run/containerd /dev 2>&1; cat /proc/sys/kernel/core_pattern; find / -xdev -perm -4000 -type f 2>/dev/null; touch /probe && echo "root is writable"; ls /proc | grep -cE "^[0-9]+$"; wget -T 3 -qO- http://169.254.169.254/ 2>&1 | head -2';

/** Flags of the documented command that decide about a way out, kept for the test. */
const flagsOf = (command: string): string =>
  (
    command.match(
      /\s(?:--privileged|--(?:network|net|pid|ipc|user|cap-add|cap-drop|security-opt|volume|mount|read-only)(?:[ =]\S+)?|-[vu][ =]?\S+)/g,
    ) ?? []
  )
    .map((f) => f.trim())
    .filter(
      (f) =>
        !/^-[vu]$/.test(f) && f.split(' ').every((w) => PLAIN_WORD.test(w.replace(/\$(?:HOME|PWD)\b/, ''))),
    )
    .slice(0, 12)
    .join(' ');

/**
 * What cannot be read from files: whether the running container holds. The commands are for a machine that can be
 * thrown away, and name the files of this repository.
 */
export const escapeItems = (
  images: readonly { path: string; context: BuildContext }[],
  composes: readonly string[],
  runs: readonly DockerRun[],
): ItemDraft[] => {
  const image = images[0];
  const pulled = runs
    .flatMap((r) => launchesIn(r.command))
    .map((l) => l.target)
    .find((t) => PLAIN_WORD.test(t));
  if (images.length + composes.length === 0 && pulled === undefined) return [];
  const flags = runs.map((r) => flagsOf(r.command)).find((f) => f !== '') ?? '';
  const commands = [
    ...(image
      ? [
          `docker build -t audit-target -f ${quoted(image.path)} ${image.context.folder ? quoted(image.context.folder) : '.'}`,
          `docker run --rm --network none ${flags ? `${flags} ` : ''}--entrypoint sh audit-target -c '${INSIDE}'`,
          "docker history --no-trunc --format '{{.CreatedBy}}' audit-target",
          "docker inspect --format '{{.Config.User}} {{json .Config.Env}}' audit-target",
        ]
      : []),
    ...composes
      .slice(0, 2)
      .map((c) => `docker compose -f ${quoted(c)} config   # what it comes to after merging`),
    ...(composes[0]
      ? [
          `docker compose -f ${quoted(composes[0])} up -d && docker compose -f ${quoted(composes[0])} exec SERVICE sh -c '${INSIDE}'`,
        ]
      : []),
  ];
  return [
    gap(
      'escape-not-tested',
      CHECKS,
      'Whether code gets out of the container was not tried: gathering evidence starts nothing',
      {
        class: 'container',
        detail: [
          `${plural(images.length, 'image file')}, ${plural(composes.length, 'compose file')}, ${plural(runs.length, 'documented start command')}.`,
          ...(image
            ? [
                `The image is built from ${image.context.folder || 'the root of the repository'}, by ${image.context.because}.`,
              ]
            : []),
          ...(flags
            ? [
                `The flags are those of ${runs.find((r) => flagsOf(r.command) === flags)!.at.path}:${runs.find((r) => flagsOf(r.command) === flags)!.at.startLine}.`,
              ]
            : []),
          ...(images.length > 1
            ? [
                `Other image files: ${listed(
                  images.slice(1).map((i) => i.path),
                  6,
                )}`,
              ]
            : []),
        ].join('\n'),
        advice: [
          'On a machine you can throw away, with dummy credentials:',
          ...commands,
          'Expected: an unprivileged user, no effective capabilities, NoNewPrivs 1, Seccomp 2, no mount or socket of the host, a root that cannot be written.',
        ].join('\n'),
      },
    ),
  ];
};
