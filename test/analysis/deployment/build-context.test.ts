import { describe, expect, it } from 'vitest';
import {
  buildContext,
  composeContexts,
  copiedPaths,
} from '../../../src/analysis/deployment/build-context.ts';

const tree = (...paths: string[]) => {
  return (path: string): boolean => paths.some((p) => p === path || p.startsWith(path));
};

describe('the folder an image is built from', () => {
  it('is the one a compose file names, wherever the Dockerfile lies', () => {
    const composes = composeContexts('deploy/docker-compose.yml', {
      services: {
        a: { build: { context: '..', dockerfile: 'docker/app.Dockerfile' } },
        b: { build: '../web' },
        c: { image: 'x' },
        d: { build: 'https://example.org/x.git' },
        e: 7,
      },
    });
    expect([...composes]).toEqual([
      ['docker/app.Dockerfile', ''],
      ['web/Dockerfile', 'web'],
    ]);
    expect(buildContext({ path: 'docker/app.Dockerfile', source: 'COPY . .' }, composes, tree())).toEqual({
      folder: '',
      because: 'a compose file',
    });
  });

  it('is the nearest that holds all it copies', () => {
    const has = tree(
      'package.json',
      'src/a.ts',
      'services/api/package.json',
      'services/api/src/b.ts',
      'shared/x.ts',
    );
    const at = (path: string, source: string) => buildContext({ path, source }, new Map(), has).folder;
    expect(at('services/api/Dockerfile', 'FROM x\nCOPY package*.json ./\nCOPY src ./src\n')).toBe(
      'services/api',
    );
    expect(at('services/api/Dockerfile', 'FROM x\nCOPY shared services/api /app/\n')).toBe('');
    expect(
      at('services/api/Dockerfile', 'COPY --from=build /app /app\nCOPY --chown=1:1 ["services", "/s"]\n'),
    ).toBe('');
    expect(at('docker/Dockerfile', 'COPY . /app\n')).toBe('');
    expect(at('services/api/Dockerfile', 'COPY . /app\n')).toBe('services/api');
    expect(at('services/api/Dockerfile', 'COPY nowhere /app\n')).toBe('services/api');
  });

  it('leaves out what is no path of it', () => {
    expect(
      copiedPaths('ADD https://a.example/b /b\nCOPY $SRC /x\nCOPY <<EOF /y\ncopy a \\\n  b /c\n'),
    ).toEqual(['a', 'b']);
  });
});
