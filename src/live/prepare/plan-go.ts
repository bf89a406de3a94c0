import { BUILT, CACHE, PKG, type Plan, type Step, type Unplanned } from './plan.ts';

/** Programs in Go: modules by go.sum, then a build without network and without cgo. */

export type GoFacts = {
  folder: string;
  /** Folders with a `package main`, relative to the module. */
  mains: readonly string[];
  /** Last part of the module's path. */
  name: string;
  vendored: boolean;
};

const ENV = {
  GOPATH: `${CACHE}/go`,
  GOMODCACHE: `${CACHE}/go/mod`,
  GOCACHE: `${CACHE}/go-build`,
  GOTOOLCHAIN: 'local',
  GOFLAGS: '-buildvcs=false',
  CGO_ENABLED: '0',
  GOTELEMETRY: 'off',
};

export const bestMain = (f: Pick<GoFacts, 'mains' | 'name'>): string | null => {
  const last = (m: string): string => m.slice(m.lastIndexOf('/') + 1);
  return (
    f.mains.find((m) => m === '' || m === '.') ??
    f.mains.find((m) => last(m) === f.name) ??
    f.mains.find((m) => /mcp|server/.test(last(m))) ??
    f.mains[0] ??
    null
  );
};

export const planGo = (f: GoFacts, args: readonly string[]): Plan | Unplanned => {
  const main = bestMain(f);
  if (main === null)
    return {
      problem: 'no folder of the module holds a package main',
      hint: 'build it yourself, and name what to start with --cmd and --cwd',
    };
  const cwd = `${PKG}/${f.folder}`.replace(/\/$/, '');
  const step = (what: string, argv: string[], network: string): Step => ({
    what,
    argv,
    cwd,
    env: ENV,
    network,
    otherwise: null,
  });
  return {
    runtime: 'go',
    steps: [
      ...(f.vendored
        ? []
        : [
            step(
              'fetch modules, checked by go.sum',
              ['go', 'mod', 'download'],
              'proxy.golang.org and sum.golang.org',
            ),
          ]),
      step(
        'build it without network',
        ['go', 'build', '-trimpath', '-o', `${BUILT}/server`, `./${main === '' ? '.' : main}`],
        '',
      ),
    ],
    argv: [`${BUILT}/server`, ...args],
    env: {},
    from: `package main in ${main || '.'} of go.mod`,
    notes: [],
  };
};
