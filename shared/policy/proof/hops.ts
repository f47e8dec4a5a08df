/** The hops of a proof as they are reported: the worst of their calls, why, and what to do about it. */
import type { Blocker, ProofHop } from '../../model/finding.ts';
import type { Answer, MissingStatement, StatementRef } from '../evaluate.ts';
import type { ProvenCall, Weighed } from './decide-call.ts';
import { joined } from './missing.ts';

export type HopName =
  | 'attempted'
  | 'assume-role'
  | 'read-configuration'
  | 'read-objects'
  | 'decrypt-source'
  | 'replicate'
  | 'override-owner'
  | 'encrypt-destination';

export interface Hop extends ProofHop {
  readonly hop: HopName;
  /** The calls it consists of; empty for `attempted`. */
  readonly calls: readonly ProvenCall[];
  readonly deciding?: StatementRef;
  /** What would have to be added, and where. */
  readonly missing: readonly MissingStatement[];
  /** What S3 reports as the failure reason of the object; absent where it fails in silence. */
  readonly failureReason?: string;
}

export const severity: Readonly<Record<Answer, number>> = { denied: 2, 'cannot-tell': 1, allowed: 0 };

export const worst = (answers: readonly Answer[]): Answer =>
  answers.reduce((a, b) => (severity[b] > severity[a] ? b : a), 'allowed');

const place = (missing: readonly MissingStatement[]): string =>
  missing
    .map(({ policy, account, statement }) => `add to the ${policy} (account ${account}): ${JSON.stringify(statement)}`)
    .join('; and ');

function remedyFor({ decision: { deciding } }: Weighed, missing: readonly MissingStatement[]): string {
  if (missing.length > 0) return `${place(missing)}.`.replace(/^a/, 'A');
  if (!deciding) return 'Remove the public statement, or turn RestrictPublicBuckets off.';
  const name = deciding.sid ?? (deciding.index < 0 ? 'the policy' : `statement ${deciding.index + 1}`);
  return `Ask the owner of the ${deciding.policy} (account ${deciding.account}) to except the replication role from ${name}.`;
}

function blockerFor(weighed: Weighed, missing: readonly MissingStatement[]): Blocker {
  const { deciding } = weighed.decision;
  const owner = deciding
    ? `${deciding.policy} (account ${deciding.account})`
    : missing[0] && `${missing[0].policy} (account ${missing[0].account})`;
  return {
    reason: weighed.because,
    ...(owner !== undefined && { owner }),
    ...(deciding && { statement: deciding.statement }),
    remedy: remedyFor(weighed, missing),
  };
}

export function hopOf(hop: HopName, weighed: readonly Weighed[]): Hop {
  const answer = hop === 'assume-role' ? agreed(weighed) : worst(weighed.map((call) => call.answer));
  const chief = weighed.find((call) => call.answer === answer) ?? weighed.find((call) => call.answer !== 'allowed') ?? weighed[0];
  const calls = weighed.map(({ action, resource, decision }) => ({ action, resource, decision }));
  if (!chief) return { hop, answer, because: 'Nothing to do.', calls, missing: [] };
  const { deciding } = chief.decision;
  const missing = joined(weighed.filter((call) => call.answer !== 'allowed').flatMap((call) => call.decision.missing));
  return {
    hop,
    answer,
    because: answer === 'allowed' ? summary(weighed) : chief.answer === answer ? chief.because : undocumented(weighed),
    calls,
    ...(deciding && { deciding }),
    missing,
    ...(answer === 'denied' && {
      blocker: blockerFor(chief, chief.decision.missing.length > 0 ? missing : []),
      ...(chief.call.failureReason !== undefined && { failureReason: chief.call.failureReason }),
    }),
  };
}

/** The two ways in which S3 may make a call: only where both end alike the answer is known. */
const agreed = (weighed: readonly Weighed[]): Answer =>
  weighed.every((call) => call.answer === weighed[0]?.answer) ? (weighed[0]?.answer ?? 'allowed') : 'cannot-tell';

function undocumented(weighed: readonly Weighed[]): string {
  const refusal = weighed.find((call) => call.answer !== 'allowed');
  return `Whether S3 names the source bucket and its account when it assumes the role is not documented, and the answer turns on it: ${refusal?.because ?? ''}`;
}

function summary(weighed: readonly Weighed[]): string {
  const needed = weighed.filter((call) => call.decision.answer === 'allowed');
  const actions = [...new Set(needed.map((call) => call.action))];
  const statements = [
    ...new Set(
      needed.flatMap(({ decision: { deciding: d } }) => (d ? [`${d.sid ?? `statement ${d.index + 1}`} of the ${d.policy}`] : [])),
    ),
  ];
  return `${actions.join(', ')} allowed by ${statements.join(', ')}.`;
}

/** What objects as they are written now are denied as well needs no word about older ones. */
const isDeniedNow = (older: Weighed['call'], weighed: readonly Weighed[]): boolean =>
  weighed.some(
    ({ call, decision }) =>
      call.weight !== 'older' && call.action === older.action && call.resource === older.resource && decision.answer === 'denied',
  );

export function advice(weighed: readonly Weighed[]): readonly string[] {
  return weighed.flatMap(({ call, decision }) => {
    if (decision.answer === 'allowed') return [];
    if (call.weight === 'older')
      return decision.answer !== 'denied' || isDeniedNow(call, weighed)
        ? []
        : [
            `Objects written before S3 Bucket Keys were turned on use the object's ARN as encryption context: ${decision.because}`,
          ];
    return call.weight === 'tags' && decision.by === 'implicit-deny' && call.action === 's3:GetObjectVersionTagging'
      ? [`Objects replicate without their tags: ${decision.because}`]
      : [];
  });
}

export function tagsGoAlong(weighed: readonly Weighed[]): Answer {
  const tagging = weighed.filter(({ call }) => call.weight === 'tags');
  // s3:ReplicateObject covers the tags; s3:ReplicateTags matters only where it is denied.
  return worst(
    tagging.map(({ call, decision }) =>
      call.action === 's3:ReplicateTags' && decision.by === 'implicit-deny' ? 'allowed' : decision.answer,
    ),
  );
}
