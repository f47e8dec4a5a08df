/** What a look at one part of an event path found. */
import type { AwsCall, AwsFailure } from '../../model/aws-call.ts';
import { explainFailure } from '../../model/failure.ts';

export interface Found {
  /** Sentences: why changes are not heard of. */
  readonly broken: readonly string[];
  /** Sentences: what could not be looked at. */
  readonly unknown: readonly string[];
}

export const nothingWrong: Found = { broken: [], unknown: [] };

export const broken = (sentence: string): Found => ({ broken: [sentence], unknown: [] });

export const cannotTell = (call: AwsCall, failure: AwsFailure): Found => ({
  broken: [],
  unknown: [explainFailure(call, failure)],
});

export const joined = (all: readonly Found[]): Found => ({
  broken: [...new Set(all.flatMap((one) => one.broken))],
  unknown: [...new Set(all.flatMap((one) => one.unknown))],
});
