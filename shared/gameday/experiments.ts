/** Every experiment there is. Adding one: its file, its line here, its test. None may lose data or lock anybody out. */
import type { Experiment } from './experiment.ts';
import { deny } from './experiments/deny.ts';
import { bucketPolicyGrants, keyPolicyGrants } from './experiments/grants.ts';
import { rule } from './experiments/rule.ts';

export const experiments: readonly Experiment[] = [deny, rule, bucketPolicyGrants, keyPolicyGrants];
