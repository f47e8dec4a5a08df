/** Reading the members that IAM's operations have in common. */
import type { Tag } from '@aws-sdk/client-iam';
import { AwsError } from '../../service.ts';
import { validator } from '../validation.ts';
import { validationError } from './errors.ts';

export const valid = validator('ValidationError');

const namePattern = /^[\w+=,.@-]+$/;

export const roleName = (name: string | undefined): string =>
  valid.text('roleName', name, { min: 1, max: 64, pattern: namePattern });
export const userName = (name: string | undefined): string =>
  valid.text('userName', name, { min: 1, max: 64, pattern: namePattern });
export const policyName = (name: string | undefined): string =>
  valid.text('policyName', name, { min: 1, max: 128, pattern: namePattern });
export const policyArn = (arn: string | undefined): string => valid.text('policyArn', arn, { min: 20, max: 2048 });
export const document = (member: string, text: string | undefined): string => valid.text(member, text, { min: 1, max: 131_072 });

/** Seconds, 1 to 12 hours. */
export const sessionDuration = (seconds: number | undefined): number | undefined =>
  valid.between('maxSessionDuration', seconds, 3600, 43_200);

/** `/` when not given. */
export function pathOf(path: string | undefined): string {
  if (path === undefined) return '/';
  if (/^\/$|^\/[\x21-\x7e]{0,510}\/$/.test(path) && !path.includes('//')) return path;
  throw validationError(
    'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
  );
}

/** @throws AwsError when there are more than 50, or a key comes twice */
export function tagsOf(tags: readonly Tag[] | undefined): Map<string, string> {
  const pairs = (tags ?? []).map(({ Key, Value }): [string, string] => [
    valid.text('tags.member.key', Key, { min: 1, max: 128 }),
    valid.text('tags.member.value', Value ?? '', { max: 256 }),
  ]);
  const keys = new Set(pairs.map(([key]) => key.toLowerCase()));
  if (keys.size < pairs.length)
    throw new AwsError('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  checkTagCount(pairs.length);
  return new Map(pairs);
}

export function checkTagCount(count: number): void {
  if (count > 50) throw new AwsError('LimitExceeded', 'The number of tags has reached the maximum limit.', 409);
}

export const showTags = (tags: ReadonlyMap<string, string>): Tag[] => [...tags].map(([Key, Value]) => ({ Key, Value }));
