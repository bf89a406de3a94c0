import type { Rule } from '../rule.ts';
import { accessRules } from './access.ts';
import { circumstances } from './circumstances.ts';
import { errorRules } from './errors.ts';
import { exposureRules } from './exposure.ts';
import { filterRules } from './filters.ts';
import { goodPractice } from './good-practice.ts';
import { identityRules } from './identity.ts';
import { limitRules } from './limits.ts';
import { pathCheckRules } from './path-checks.ts';
import { queryFilterRules } from './query-filters.ts';
import { secrecyRules } from './secrecy.ts';
import { switchRules } from './switches.ts';
import { transportRules } from './transport.ts';

/** Every weakness this collector knows. */
export const rules: readonly Rule[] = [
  ...transportRules,
  ...identityRules,
  ...accessRules,
  ...switchRules,
  ...queryFilterRules,
  ...filterRules,
  ...pathCheckRules,
  ...exposureRules,
  ...secrecyRules,
  ...errorRules,
  ...limitRules,
  ...circumstances,
  ...goodPractice,
];
