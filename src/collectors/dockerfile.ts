import { readCompose } from '../analysis/compose.ts';
import { readDockerfile } from '../analysis/dockerfile.ts';
import { imagePin } from '../analysis/launch-commands.ts';
import { linesOf } from '../analysis/lines.ts';
import { baseName, below, isTestPath, isVendoredPath } from '../analysis/paths.ts';
import { byCodePoint, count, listed, plural } from '../analysis/words.ts';
import {
  type CollectContext,
  type Collector,
  fact,
  gap,
  gathered,
  type ItemDraft,
  lead,
  strength,
} from './collector.ts';

const MOST_FILES = 60;
const MOST_BYTES = 300_000;

export const dockerfile: Collector = {
  id: 'dockerfile',
  title: 'Containers',
  about: 'How images are built and pinned, as whom they run, and what compose files allow them.',
  async collect(context) {
    const { tree, target } = context;
    const files = tree.entries.filter(
      (e) =>
        (e.kind === 'file' || e.kind === 'executable') &&
        !isVendoredPath(e.path) &&
        !isTestPath(below(e.path, target.subdir)),
    );
    const images = files
      .filter(
        (e) =>
          /^((.+\.)?(Dockerfile|Containerfile)(\..+)?)$/i.test(baseName(e.path)) &&
          !/\.(md|txt|dockerignore|ts|js|py|sh|ya?ml)$/i.test(e.path),
      )
      .slice(0, MOST_FILES);
    const composes = files
      .filter((e) => /^(docker-)?compose([.-][\w.-]+)?\.ya?ml$/i.test(baseName(e.path)))
      .slice(0, MOST_FILES);
    const chartFolders = files
      .filter((e) => baseName(e.path) === 'Chart.yaml')
      .map((e) => e.path.slice(0, -'Chart.yaml'.length))
      .slice(0, 50);
    const charts = files.filter(
      (e) =>
        /\.(ya?ml|tpl)$/.test(e.path) &&
        (chartFolders.some((f) => e.path.startsWith(f)) ||
          /(^|\/)kustomization\.ya?ml$|(^|\/)(k8s|kubernetes|helm|kustomize)\/.+\.ya?ml$/i.test(e.path)),
    );
    if (images.length + composes.length + charts.length === 0)
      return {
        outcome: 'not-applicable',
        searched: `${plural(files.length, 'file')} by name`,
        message: 'There is no Dockerfile, Containerfile, compose file or Kubernetes manifest.',
      };
    const items: ItemDraft[] = [];
    for (const { path } of images) items.push(...(await imageItems(context, path)));
    for (const { path } of composes) items.push(...(await composeItems(context, path)));
    const ignore = tree.allEntries.find((e) => baseName(e.path) === '.dockerignore');
    if (images.length > 0 && !ignore)
      items.push(
        lead(
          'no-dockerignore',
          ['3.1.1'],
          'No .dockerignore: COPY may take .git, .env and local files into the image',
          { class: 'container', strength: 'weak', at: { path: images[0]!.path, startLine: 1 } },
        ),
      );
    if (charts.length > 0)
      items.push(
        gap(
          'kubernetes-not-read',
          ['3.1.1', '3.1.2', '3.1.3'],
          `${plural(charts.length, 'Kubernetes or Helm file')} not read`,
          {
            class: 'container',
            detail: `Read securityContext, capabilities, host namespaces and limits in: ${listed(charts.map((c) => c.path).sort(byCodePoint), 15)}`,
          },
        ),
      );
    return gathered(
      `${plural(images.length, 'image file')}, ${plural(composes.length, 'compose file')}`,
      items,
    );
  },
};

const imageItems = async ({ tree }: CollectContext, path: string): Promise<ItemDraft[]> => {
  const source = await tree.text(path);
  if (source === null || source.length > MOST_BYTES)
    return [
      gap('unreadable-dockerfile', ['3.1.1'], `${path} was not read`, {
        class: 'container',
        detail: source === null ? 'Binary, or too large.' : `Larger than ${count(MOST_BYTES)} characters.`,
      }),
    ];
  let image: Awaited<ReturnType<typeof readDockerfile>>;
  try {
    image = await readDockerfile(source);
  } catch (error) {
    return [
      gap('unreadable-dockerfile', ['3.1.1'], `${path} could not be parsed`, {
        class: 'container',
        detail: error instanceof Error ? error.message.slice(0, 120) : '',
      }),
    ];
  }
  const items: ItemDraft[] = [];
  const name = path;
  const at = (line: number, endLine = line) => ({ path, startLine: line, endLine });
  for (const stage of image.stages) {
    if (stage.ofStage || stage.image === 'scratch') continue;
    const pin = imagePin(stage.image);
    if (/\$/.test(stage.image))
      items.push(
        fact('base-image', ['3.1.1', '1.3.4'], `Base image from a build argument: ${stage.image}`, {
          class: 'container',
          at: at(stage.line),
        }),
      );
    else if (pin === 'exact')
      items.push(
        strength(
          'base-image',
          ['3.1.1', '1.3.4'],
          `Base image pinned by digest: ${stage.image.split('@')[0]}`,
          { class: 'container', at: at(stage.line) },
        ),
      );
    else
      items.push(
        lead(
          'base-image',
          ['3.1.1', '1.3.4'],
          `Base image ${stage.image} is ${pin === 'none' || /:latest$/.test(stage.image) ? 'whatever is latest' : 'a tag that can move'}`,
          {
            class: 'supply-chain',
            cwe: ['CWE-1357'],
            strength: pin === 'none' || /:latest$/.test(stage.image) ? 'moderate' : 'weak',
            detail: stage.final ? 'The final stage.' : 'A build stage.',
            at: at(stage.line),
          },
        ),
      );
  }
  if (image.stages.length > 1)
    items.push(
      strength(
        'multi-stage',
        ['3.1.1'],
        `${name} has ${image.stages.length} stages: build tools stay out of the final image`,
        { class: 'container', at: at(image.stages.at(-1)!.line) },
      ),
    );
  const final = image.stages.at(-1);
  if (final) {
    const user = image.users.filter((u) => u.line >= final.line).at(-1);
    if (!user)
      items.push(
        lead(
          'root-user',
          ['3.1.1', '3.1.2'],
          `${name}: the final stage sets no USER, so it runs as root unless the base image says otherwise`,
          {
            class: 'container',
            cwe: ['CWE-250'],
            strength: /nonroot|distroless.*nonroot/.test(final.image) ? 'weak' : 'moderate',
            at: at(final.line),
          },
        ),
      );
    else if (/^(0|root)(:|$)/.test(user.user))
      items.push(
        lead('root-user', ['3.1.1', '3.1.2'], `${name}: the final stage runs as root`, {
          class: 'container',
          cwe: ['CWE-250'],
          strength: 'moderate',
          at: at(user.line),
        }),
      );
    else
      items.push(
        strength('user', ['3.1.1', '3.1.2'], `${name}: the final stage runs as ${user.user}`, {
          class: 'container',
          at: at(user.line),
        }),
      );
  }
  if (image.healthchecks.length > 0)
    items.push(
      fact('healthcheck', ['3.1.1', '3.3.1'], `${name} has a health check`, {
        class: 'container',
        at: at(image.healthchecks[0]!),
      }),
    );
  for (const { port, line } of image.exposed)
    items.push(
      fact('expose', ['3.1.1', '3.2.1'], `${name} exposes ${port}`, { class: 'container', at: at(line) }),
    );
  for (const { url, line } of image.remoteAdds)
    items.push(
      lead('add-url', ['3.1.1', '1.3.4'], `ADD fetches ${url.slice(0, 60)} at build time`, {
        class: 'supply-chain',
        cwe: ['CWE-494'],
        strength: /checksum/.test(linesOf(source)[line - 1] ?? '') ? 'weak' : 'moderate',
        at: at(line),
      }),
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
  for (const run of image.runs) {
    for (const problem of run.problems)
      items.push(
        lead(
          problem.rule,
          problem.rule === 'piped-download' || problem.rule === 'unpinned-packages'
            ? ['3.1.1', '1.3.4']
            : ['3.1.1', '3.1.2'],
          `${name}: ${problem.say}`,
          {
            class: problem.rule === 'sudo' || problem.rule === 'open-mode' ? 'container' : 'supply-chain',
            strength: problem.strength,
            at: at(run.line, Math.min(run.endLine, run.line + 15)),
          },
        ),
      );
  }
  const locked = image.runs.find((r) =>
    /\bnpm ci\b|--frozen-lockfile|--locked\b|--frozen\b|--require-hashes|mvn .*-o\b/.test(r.command),
  );
  if (locked)
    items.push(
      strength('locked-install', ['3.1.1', '1.3.4'], `${name} installs from the lockfile`, {
        class: 'supply-chain',
        at: at(locked.line),
      }),
    );
  return items;
};

const composeItems = async ({ tree }: CollectContext, path: string): Promise<ItemDraft[]> => {
  const { parseYaml } = await import('../analysis/parse-yaml.ts');
  const source = await tree.text(path);
  const parsed = source === null ? null : parseYaml(source);
  if (!parsed?.ok)
    return [
      gap('unreadable-compose', ['3.1.1', '3.1.2', '3.1.3'], `${path} could not be read`, {
        class: 'container',
        detail: parsed ? parsed.reason : 'Binary, or too large.',
      }),
    ];
  const checksFor: Record<string, string[]> = {
    'published-port': ['3.2.1', '3.2.3'],
    'secret-in-environment': ['2.2.1', '2.3.3', '3.1.1'],
    'host-mount': ['3.1.2', '3.1.3'],
  };
  return readCompose(parsed).flatMap((s) => [
    ...s.notes.map((n) =>
      lead(n.rule, checksFor[n.rule] ?? ['3.1.2'], `${path}: ${s.name} ${n.say}`, {
        class: n.rule === 'secret-in-environment' ? ('hardcoded-secret' as const) : ('container' as const),
        strength: n.strength,
        at: { path, startLine: n.line },
        ...(n.rule === 'secret-in-environment'
          ? { redactedSnippet: `${n.say.replace('writes a value for ', '')}: …` }
          : {}),
      }),
    ),
    fact(
      'compose-service',
      ['3.1.1', '3.1.2', '3.1.3'],
      `${path}: service ${s.name} sets ${s.good.length} of ${s.good.length + s.missing.length} restrictions`,
      {
        class: 'container',
        detail: `Set: ${listed(s.good) || 'none'}. Not set: ${listed(s.missing) || 'none'}.${s.image ? ` Image ${s.image}: ${imagePin(s.image) === 'exact' ? 'pinned by digest' : 'not pinned by digest'}.` : ''}`,
        at: { path, startLine: s.line },
      },
    ),
  ]);
};
