import type { Collector } from './collector.ts';
import { gitHistory } from './git-history.ts';
import { governance } from './governance.ts';
import { identity } from './identity.ts';
import { securityFiles } from './security-files.ts';
import { signatures } from './signatures.ts';
import { toolSurface } from './tool-surface.ts';

/** Every collector, in the order a methodology's checks first need them. */
export const collectors: readonly Collector[] = [identity, signatures, gitHistory, governance, securityFiles, toolSurface];
