/** What an event can concern, by the ids of the index, see `resourceIds`. */
import { bucketArn, parseArn, partitionOf } from '../../model/arn.ts';
import { roleId } from '../resource-ids.ts';
import type { Service } from './event-names.ts';
import { type Fields, fieldsOf, listOf, nameOf, namesOf } from './fields.ts';

/** The account that got the copy of an event, and the region the event is filed in. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/** One read of the ledger takes so many; real events name a handful. */
const mostResources = 100;

/** @returns none when the event does not say */
export function resourcesOf(service: Service, detail: Fields, at: Place): readonly string[] {
  const named = { s3: bucketsOf, kms: keysOf, iam: rolesOf }[service](detail, at);
  return namesOf(...named).slice(0, mostResources);
}

/** `requestParameters`, which are left out above 100 KB: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
export const parametersOf = (detail: Fields): Fields => fieldsOf(detail.requestParameters);

/** ARNs of one service in `resources`, whatever type is given: AWS's own samples call an alias a key, or give none. */
const listed = (detail: Fields, service: Service): readonly string[] =>
  listOf(detail.resources)
    .flatMap((resource) => nameOf(fieldsOf(resource).ARN) ?? [])
    .filter((arn) => parseArn(arn)?.service === service);

/** The bucket may be another account's: names are unique in a partition. */
function bucketsOf(detail: Fields, { region }: Place): readonly string[] {
  const name = nameOf(parametersOf(detail).bucketName);
  // Objects are listed beside their bucket: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html
  const buckets = listed(detail, 's3').filter((arn) => !arn.includes('/'));
  return [...(name === undefined ? [] : [bucketArn(partitionOf(region), name)]), ...buckets];
}

/**
 * `keyId` may be an id or an ARN, and service events have no parameters at all.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/understanding-kms-entries.html
 */
function keysOf(detail: Fields, at: Place): readonly string[] {
  const { keyId, targetKeyId, aliasName } = parametersOf(detail);
  // Since December 2022 the key's ARN is told here, though the operation does not answer it: https://docs.aws.amazon.com/kms/latest/developerguide/ct-disablekey.html
  const answered = fieldsOf(detail.responseElements).keyId;
  // https://docs.aws.amazon.com/kms/latest/developerguide/ct-deleteexpiredkeymaterial.html
  const expired = fieldsOf(detail.serviceEventDetails).keyId;
  const named = namesOf(keyId, targetKeyId, aliasName, answered, expired).flatMap((name) => kmsArn(name, at) ?? []);
  return [...listed(detail, 'kms'), ...named];
}

/** A name without account and region is one of the caller's, in the region of the call. */
function kmsArn(name: string, { account, region }: Place): string | undefined {
  if (name.startsWith('arn:')) return parseArn(name)?.service === 'kms' ? name : undefined;
  const resource = name.startsWith('alias/') ? name : `key/${name}`;
  return `arn:${partitionOf(region)}:kms:${region}:${account}:${resource}`;
}

/** IAM gives the role's name without path and account; calls on a managed policy give nothing but its ARN. */
function rolesOf(detail: Fields, { account, region }: Place): readonly string[] {
  const { roleName, policyArn } = parametersOf(detail);
  const role = nameOf(roleName);
  // The policy that is attached or detached is no change to the other roles that have it.
  if (role === undefined) return namesOf(policyArn);
  return [roleId(`arn:${partitionOf(region)}:iam::${account}:role/${role}`)];
}
