import { plural } from '../../analysis/files/words.ts';
import type { Listener } from '../../analysis/weaknesses/listeners.ts';
import { fact, type ItemDraft, lead, placed } from '../collector.ts';

const CHECKS = ['3.2.1', '3.2.3'];

export const listeners = (found: readonly Listener[], files: number): ItemDraft[] => {
  const servers = found.filter((l) => l.kind === 'server');
  const debuggers = found.filter((l) => l.kind === 'debugger');
  const items: ItemDraft[] = [
    servers.length === 0
      ? fact('no-listener', CHECKS, 'No listener was found in the code', {
          detail: `${plural(files, 'source file')} read for calls that open a port, by the names frameworks give them. A framework may open one from its own configuration.`,
          reproduce:
            "git grep -nE 'listen\\(|createServer\\(|serve\\(|uvicorn|ListenAndServe|net\\.Listen|TcpListener|ServerSocket' {commit}",
        })
      : fact('listeners', CHECKS, `${plural(servers.length, 'listener')} in the code`, {
          class: 'configuration',
          detail: servers
            .slice(0, 30)
            .map(
              (l) =>
                `${l.at.path}:${l.at.startLine} ${l.call}: host ${l.host ? `"${l.host}"` : 'not named'}, port ${l.port ? `"${l.port}"` : 'not named'}`,
            )
            .join('\n'),
          ...placed(servers.map((l) => l.at)),
        }),
  ];
  if (debuggers.length > 0)
    items.push(
      lead(
        'debug-listener',
        [...CHECKS, '3.2.4'],
        `${plural(debuggers.length, 'place')} can open a port for debugging or profiling`,
        {
          class: 'configuration',
          cwe: ['CWE-489'],
          strength: 'moderate',
          detail: debuggers
            .map((l) => `${l.at.path}:${l.at.startLine} ${l.call}`)
            .slice(0, 20)
            .join('\n'),
          ...placed(debuggers.map((l) => l.at)),
        },
      ),
    );
  return items;
};
