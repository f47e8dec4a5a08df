import type { AwsCall, AwsFailure } from '../model/aws-call.ts';
import { explainFailure, isDenied } from '../model/failure.ts';
import type { Foundation } from './foundation.ts';

/** One thing that keeps bootstrap from its work, in one sentence that says what to do. */
export interface Problem {
  readonly message: string;
  /** The credentials lack a permission: somebody else may have it. */
  readonly denied?: boolean;
}

/** A foundation that was created, with its ARN; for a key its own, not the alias's. */
export interface Created extends Foundation {
  readonly arn: string;
}

/** Bootstrap cannot go on. What it had created by then stays, and the next run goes on from there. */
export class BootstrapFailure extends Error {
  override readonly name = 'BootstrapFailure';
  readonly problems: readonly Problem[];
  readonly created: readonly Created[];

  constructor(problems: readonly Problem[], created: readonly Created[] = []) {
    super(problems.map(({ message }) => message).join('\n'));
    this.problems = problems;
    this.created = created;
  }
}

export const refusal = (call: AwsCall, error: AwsFailure): Problem => ({
  message: explainFailure(call, error),
  denied: isDenied(error) || error.code === 'SpokeNotAssumable',
});
