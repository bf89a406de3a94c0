import { join } from 'node:path';
import { bundledChecklists, readMethodologyFolder } from '../io/methodology-files.ts';
import { codeFlow } from './code-flow.ts';
import { codeWeaknesses } from './code-weaknesses.ts';
import type { Collector } from './collector.ts';
import { dependencies } from './dependencies.ts';
import { dockerfile } from './dockerfile.ts';
import { gitHistory } from './git-history.ts';
import { governance } from './governance.ts';
import { identity } from './identity.ts';
import { readme } from './readme.ts';
import { secrets } from './secrets.ts';
import { securityFiles } from './security-files.ts';
import { signatures } from './signatures.ts';
import { sourceTree } from './source-tree.ts';
import { testsCi } from './tests-ci.ts';
import { toolSurface } from './tool-surface.ts';
import { toolText } from './tool-text.ts';

/** Every collector, in the order a methodology's checks first need them. */
export const collectors: readonly Collector[] = [
  identity,
  signatures,
  gitHistory,
  governance,
  sourceTree,
  readme,
  securityFiles,
  testsCi,
  dependencies,
  secrets,
  toolSurface,
  toolText,
  codeFlow(() => readMethodologyFolder(join(bundledChecklists(), 'rules'))),
  codeWeaknesses,
  dockerfile,
];
