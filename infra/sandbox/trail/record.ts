/**
 * One CloudTrail record.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
import { randomUUID } from 'node:crypto';
import type { CallContext } from '../service.ts';
import type { CallResult } from '../wire/dispatch.ts';
import { foreignIdentityOf, identityOf, trailTime, type UserIdentity } from './identity.ts';
import { eventNameOf, eventSourceOf, globalRegionOf, isReadOnly } from './names.ts';
import { requestParametersOf, responseElementsOf } from './parameters.ts';
import { bucketRegionOf, type TrailResource } from './resources.ts';

export interface TrailRecord {
  readonly eventVersion: string;
  readonly userIdentity: UserIdentity;
  /** Whole seconds, UTC. */
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  readonly responseElements: Readonly<Record<string, unknown>> | null;
  readonly requestID?: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: readonly TrailResource[];
  readonly eventType: 'AwsApiCall' | 'AwsServiceEvent';
  readonly managementEvent: boolean;
  readonly recipientAccountId: string;
  /** The same in every copy of one event. */
  readonly sharedEventID?: string;
  readonly eventCategory: 'Management';
}

export const eventVersion = '1.11';

/**
 * The records of one answered call: the caller's and, where a call that was let in touched another account's resource, its owner's copy.
 *
 * @param resources whose the call was about
 */
export function recordsOf(
  call: CallContext,
  input: object,
  result: CallResult,
  resources: readonly TrailResource[],
  region: string | undefined,
): readonly TrailRecord[] {
  const { account } = call.caller;
  const own: TrailRecord = {
    ...recordOf(call, input, result, resources, region),
    userIdentity: identityOf(call.world, call.caller),
    recipientAccountId: account,
  };
  const owner = 'error' in result ? undefined : resources.find(({ accountId = account }) => accountId !== account)?.accountId;
  if (owner === undefined) return [own];
  const shared = { sharedEventID: randomUUID() };
  // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/shared-event-ID.html
  const copy = { eventID: randomUUID(), userIdentity: foreignIdentityOf(call.caller), recipientAccountId: owner };
  return [
    { ...own, ...shared },
    { ...own, ...copy, ...shared },
  ];
}

function recordOf(
  call: CallContext,
  input: object,
  result: CallResult,
  resources: readonly TrailResource[],
  region: string | undefined,
) {
  const { service, operation, requestId, userAgent = '-' } = call;
  const readOnly = isReadOnly(service, operation);
  const keyArn = service === 'kms' ? resources.find(({ type }) => type === 'AWS::KMS::Key')?.ARN : undefined;
  return {
    eventVersion,
    eventTime: trailTime(call.world.clock.now()),
    eventSource: eventSourceOf(service),
    eventName: eventNameOf(service, operation, input),
    awsRegion: globalRegionOf(service, call.region) ?? region ?? bucketRegionOf(call, input) ?? call.region,
    sourceIPAddress: call.sourceIp ?? '127.0.0.1',
    // S3 alone puts brackets around it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html
    userAgent: service === 's3' ? `[${userAgent}]` : userAgent,
    ...('error' in result && { errorCode: result.error.code, errorMessage: result.error.message }),
    requestParameters: requestParametersOf(call, input),
    responseElements: 'error' in result ? null : responseElementsOf(call, result.output, readOnly, keyArn),
    requestID: requestId,
    eventID: randomUUID(),
    readOnly,
    ...(resources.length > 0 && { resources }),
    eventType: 'AwsApiCall' as const,
    managementEvent: true,
    eventCategory: 'Management' as const,
  };
}
