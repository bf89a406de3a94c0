import { bundledSource } from '../io/advisories/bundled.ts';
import { type RuleFiles, readBundledRules } from '../io/rule-files.ts';
import { authorization } from './authorization.ts';
import { capabilities } from './capabilities.ts';
import { codeFlow } from './code-flow.ts';
import { codeWeaknesses } from './code-weaknesses.ts';
import type { Collector } from './collector.ts';
import { dependencies } from './dependencies.ts';
import { deployment } from './deployment.ts';
import { dockerfile } from './dockerfile.ts';
import { gitHistory } from './git-history.ts';
import { governance } from './governance.ts';
import { hiddenBehaviour } from './hidden-behaviour.ts';
import { identity } from './identity.ts';
import { lookAlikes } from './look-alikes.ts';
import { masking } from './masking.ts';
import { network } from './network.ts';
import { operations } from './operations.ts';
import { readme } from './readme.ts';
import { secrets } from './secrets.ts';
import { securityFiles } from './security-files.ts';
import { signatures } from './signatures.ts';
import { sourceTree } from './source-tree.ts';
import { testsCi } from './tests-ci.ts';
import { toolSurface } from './tool-surface.ts';
import { toolText } from './tool-text.ts';

/**
 * Every collector, in the order a methodology's checks first need them. `ownRules` are the auditor's, which are read after
 * ours.
 */
export const collectorsWith = (ownRules: RuleFiles): readonly Collector[] => listed(ownRules).map(masking);

const listed = (ownRules: RuleFiles): readonly Collector[] => [
  identity,
  signatures,
  gitHistory,
  governance,
  sourceTree,
  readme,
  securityFiles,
  testsCi,
  dependencies(() => bundledSource()),
  lookAlikes,
  secrets,
  toolSurface,
  toolText,
  capabilities,
  hiddenBehaviour,
  codeFlow(async () => new Map([...(await readBundledRules()), ...ownRules])),
  codeWeaknesses,
  authorization,
  dockerfile,
  deployment,
  network,
  operations,
];

export const collectors = collectorsWith(new Map());
