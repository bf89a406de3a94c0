import { type ImageFile, readDockerfile } from '../../analysis/deployment/dockerfile.ts';
import { linesOf } from '../../analysis/files/lines.ts';
import { count, listed, plural } from '../../analysis/files/words.ts';
import { imagePin } from '../../analysis/repository/launch-commands.ts';
import { type CollectContext, fact, gap, type ItemDraft, lead, strength } from '../collector.ts';

const MOST_BYTES = 300_000;
const BUILD = ['3.1.1'];
const RIGHTS = ['3.1.1', '3.1.2'];
const INPUT = ['3.1.1', '1.3.4'];

type At = (line: number, endLine?: number) => { path: string; startLine: number; endLine: number };

export const imageItems = async ({ tree }: CollectContext, path: string): Promise<ItemDraft[]> => {
  const source = await tree.text(path);
  if (source === null || source.length > MOST_BYTES)
    return [
      gap('unreadable-dockerfile', RIGHTS, `${path} was not read`, {
        class: 'container',
        detail: source === null ? 'Binary, or too large.' : `Larger than ${count(MOST_BYTES)} characters.`,
      }),
    ];
  let image: ImageFile;
  try {
    image = await readDockerfile(source);
  } catch (error) {
    return [
      gap('unreadable-dockerfile', RIGHTS, `${path} could not be parsed`, {
        class: 'container',
        detail: error instanceof Error ? error.message.slice(0, 120) : '',
      }),
    ];
  }
  if (image.stages.length === 0)
    return [
      gap('unreadable-dockerfile', RIGHTS, `${path} has no FROM, so it says nothing about an image`, {
        class: 'container',
        detail: 'A part of another file, or none of Docker’s.',
        at: { path, startLine: 1 },
      }),
    ];
  const at: At = (line, endLine = line) => ({ path, startLine: line, endLine });
  return [
    ...bases(image, path, at),
    ...user(image, path, at),
    ...inputs(image, path, at, linesOf(source)),
    ...settings(image, path, at),
  ];
};

const bases = (image: ImageFile, path: string, at: At): ItemDraft[] => {
  const items: ItemDraft[] = [];
  for (const stage of image.stages) {
    if (stage.ofStage || stage.image === 'scratch') continue;
    const pin = imagePin(stage.image);
    const latest = pin === 'none' || /:latest$/.test(stage.image);
    const where = stage.final ? 'The final stage is built on it.' : 'A build stage is built on it.';
    if (/\$/.test(stage.image))
      items.push(
        fact('base-image', INPUT, `Base image from a build argument: ${stage.image}`, {
          class: 'container',
          detail: where,
          at: at(stage.line),
        }),
      );
    else if (pin === 'exact')
      items.push(
        strength('base-image', INPUT, `Base image pinned by digest: ${stage.image.split('@')[0]}`, {
          class: 'container',
          detail: where,
          at: at(stage.line),
        }),
      );
    else if (latest)
      items.push(
        lead('base-image-latest', INPUT, `Base image ${stage.image} is whatever is latest`, {
          class: 'supply-chain',
          cwe: ['CWE-1357'],
          strength: 'moderate',
          detail: where,
          at: at(stage.line),
        }),
      );
    else
      items.push(
        fact('base-image-tag', INPUT, `Base image ${stage.image}: a tag that can move, no digest`, {
          class: 'supply-chain',
          cwe: ['CWE-1357'],
          detail: where,
          at: at(stage.line),
        }),
      );
  }
  items.push(...stages(image, path, at));
  return items;
};

/**
 * Several stages alone keep nothing out: the last one may be built on another with all it holds, or install by itself. Where it
 * does neither, what it copies is all there is.
 */
const stages = (image: ImageFile, path: string, at: At): ItemDraft[] => {
  const final = image.stages.at(-1);
  if (image.stages.length < 2 || !final || !image.image) return [];
  const { base, on, copiesFrom, runs } = image.image;
  const placed = { class: 'container', at: at(final.line) } as const;
  const whole = image.wholeCopies.some((c) => c.final);
  if (on.length === 0 && runs.length === 0 && !whole && copiesFrom.length > 0)
    return [
      strength(
        'multi-stage',
        BUILD,
        `${path}: the final stage adds to ${base} only what it copies, and builds nothing`,
        { ...placed, detail: `It copies from ${listed(copiesFrom, 6)}. What ${base} holds was not seen.` },
      ),
    ];
  const said = [
    ...(on.length > 0 ? [`The final stage is built on ${listed(on, 6)}, with all that holds.`] : []),
    ...(runs.length > 0
      ? [
          `Commands are run in what becomes the image: ${plural(runs.length, 'line')} ${listed(runs.map(String), 6)}.`,
        ]
      : []),
    ...(whole ? ['The whole folder is copied into what becomes the image.'] : []),
    ...(copiesFrom.length > 0
      ? [`It copies from ${listed(copiesFrom, 6)}.`]
      : ['It copies from no other stage.']),
  ];
  return [
    fact('stages', BUILD, `${path} has ${image.stages.length} stages`, {
      ...placed,
      detail: said.join('\n'),
    }),
  ];
};

const user = (image: ImageFile, path: string, at: At): ItemDraft[] => {
  const final = image.stages.at(-1);
  if (!final) return [];
  const drops = /gosu|su-exec|setpriv|\brunuser\b/.test(
    `${image.start?.command ?? ''}${image.runs.map((r) => r.command).join('\n')}`,
  );
  const name = final.user?.user ?? '';
  if (final.user && !/^(0|root)(:|$)/.test(name))
    return [
      strength('user', RIGHTS, `${path}: the final stage runs as ${name}`, {
        class: 'container',
        detail: /^\d+/.test(name)
          ? ''
          : 'A name, not a number: Kubernetes cannot verify by it that the user is not root.',
        at: at(final.user.line),
      }),
    ];
  if (/nonroot/.test(final.image) || /^cgr\.dev\/chainguard\//.test(final.image))
    return [
      fact('user', RIGHTS, `${path}: no USER; the base image ${final.image} sets one that is not root`, {
        class: 'container',
        at: at(final.line),
      }),
    ];
  return [
    lead(
      'root-user',
      RIGHTS,
      final.user
        ? `${path}: the final stage runs as root`
        : `${path}: no USER in the final stage, so root unless the base image names another`,
      {
        class: 'container',
        cwe: ['CWE-250'],
        strength: drops ? 'weak' : 'moderate',
        ...(drops
          ? {
              detail: 'A tool that gives up rights (gosu, su-exec, setpriv) is there.',
              advice: 'Read the entrypoint.',
            }
          : {}),
        at: at(final.user?.line ?? final.line),
      },
    ),
  ];
};

/** Problems of RUN lines whose rule speaks of what comes in, not of rights inside. */
const OF_INPUT = new Set(['piped-download', 'unpinned-packages', 'lockfile-not-held', 'unverified-download']);
const NEUTRAL = new Set(['unpinned-packages', 'lockfile-not-held']);

const inputs = (image: ImageFile, path: string, at: At, lines: readonly string[]): ItemDraft[] => {
  const items: ItemDraft[] = [];
  for (const { url, line } of image.remoteAdds)
    items.push(
      lead('add-url', INPUT, `ADD fetches ${url.slice(0, 60)} at build time`, {
        class: 'supply-chain',
        cwe: ['CWE-494'],
        strength: /checksum/.test(lines[line - 1] ?? '') ? 'weak' : 'moderate',
        at: at(line),
      }),
    );
  for (const run of image.runs)
    for (const problem of run.problems)
      items.push(
        (NEUTRAL.has(problem.rule) ? fact : lead)(
          problem.rule,
          OF_INPUT.has(problem.rule) ? INPUT : RIGHTS,
          `${path}: ${problem.say}`,
          {
            class: OF_INPUT.has(problem.rule) ? 'supply-chain' : 'container',
            ...(NEUTRAL.has(problem.rule) ? {} : { strength: problem.strength }),
            at: at(run.line, Math.min(run.endLine, run.line + 15)),
          },
        ),
      );
  const locked = image.runs.find((r) =>
    /\bnpm ci\b|--frozen-lockfile|--locked\b|--frozen\b|--require-hashes|mvn .{0,200}-o\b/.test(r.command),
  );
  if (locked)
    items.push(
      strength('locked-install', INPUT, `${path} installs from the lockfile`, {
        class: 'supply-chain',
        at: at(locked.line),
      }),
    );
  return items;
};

const settings = (image: ImageFile, path: string, at: At): ItemDraft[] => {
  const items: ItemDraft[] = [];
  if (image.healthchecks.length > 0)
    items.push(
      fact('healthcheck', [...BUILD, '3.3.1'], `${path} has a health check`, {
        class: 'container',
        at: at(image.healthchecks[0]!),
      }),
    );
  if (image.exposed.length > 0)
    items.push(
      fact(
        'expose',
        [...BUILD, '3.2.1'],
        `${path} exposes ${image.exposed
          .map((e) => e.port)
          .slice(0, 6)
          .join(', ')}`,
        {
          class: 'container',
          at: at(image.exposed[0]!.line),
        },
      ),
    );
  for (const secret of image.secrets)
    items.push(
      lead(
        'secret-in-image',
        ['3.1.1', '2.2.1', '2.2.2'],
        `${secret.instruction} ${secret.name} ${secret.hasValue ? 'writes a value into the image' : 'is a build argument: it stays in the image’s history'}`,
        {
          class: 'hardcoded-secret',
          cwe: ['CWE-538'],
          strength: secret.hasValue ? 'moderate' : 'weak',
          at: at(secret.line),
          redactedSnippet: `${secret.instruction} ${secret.name}${secret.hasValue ? '=…' : ''}`,
        },
      ),
    );
  for (const { file, line } of image.secretCopies)
    items.push(
      lead('secret-file-copied', ['3.1.1', '2.2.2'], `${path} copies ${file} into a layer`, {
        class: 'secret-exposure',
        cwe: ['CWE-538'],
        strength: 'moderate',
        detail: 'What a layer once held stays readable in the image, also after it is removed.',
        at: at(line),
      }),
    );
  for (const { name, value, line, strength: weight } of image.loosening) {
    const bind = weight === 'weak' && /HOST|BIND|LISTEN|ADDRESS/.test(name);
    items.push(
      (bind ? fact : lead)(
        bind ? 'image-bind-address' : 'image-loosens',
        bind ? ['3.1.1', '3.2.3', '2.3.3'] : ['3.1.1', '2.3.3'],
        `${path} sets ${name}=${value} for every deployment`,
        { class: 'configuration', ...(bind ? {} : { strength: weight }), at: at(line) },
      ),
    );
  }
  if (image.secretMounts.length > 0)
    items.push(
      strength('secret-mount', BUILD, `${path} hands build secrets over by mounts, not by layers`, {
        class: 'container',
        at: at(image.secretMounts[0]!),
      }),
    );
  return items;
};

/** Files that take the whole build context in, by line. */
export const wholeCopies = async (
  { tree }: CollectContext,
  path: string,
): Promise<ImageFile['wholeCopies']> => {
  const source = await tree.text(path);
  if (source === null || source.length > MOST_BYTES) return [];
  return readDockerfile(source).then(
    (image) => image.wholeCopies,
    () => [],
  );
};
