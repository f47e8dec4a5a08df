/**
 * The state of the local AWS: every account, in one process, behind one clock.
 * Each service owns its slice; what crosses services (principals in policies) goes through `principals.ts`.
 */
import { type Clock, realClock } from './clock.ts';
import { type IamState, newIamState } from './services/iam.ts';
import { type KmsState, newKmsState } from './services/kms.ts';
import { newS3State, type S3State } from './services/s3.ts';
import { newSsmState, type SsmState } from './services/ssm.ts';
import { newStsState, type StsState } from './services/sts.ts';

export type { Clock } from './clock.ts';

export interface World {
  readonly clock: Clock;
  readonly s3: S3State;
  readonly kms: KmsState;
  readonly iam: IamState;
  readonly sts: StsState;
  readonly ssm: SsmState;
}

export interface WorldOptions {
  /** Names of roles that everybody can assume in every account while nobody created them; their sessions are administrators. */
  readonly impliedRoles?: readonly string[];
}

export function newWorld(clock: Clock = realClock(), options: WorldOptions = {}): World {
  const sts = newStsState(options.impliedRoles);
  return { clock, s3: newS3State(), kms: newKmsState(), iam: newIamState(), sts, ssm: newSsmState() };
}
