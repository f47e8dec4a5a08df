import { type PolicyDocument, parsePolicy } from '../policy/statements.ts';

/** IAM's codes for a role or a policy that is not there. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html */
export const noSuchEntity: readonly string[] = ['NoSuchEntity', 'NoSuchEntityException'];

/** IAM answers policies URL-encoded (RFC 3986). https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html */
export function parseIamPolicy(text: string | undefined): PolicyDocument {
  if (text === undefined || text === '') return {};
  return parsePolicy(text.trimStart().startsWith('{') ? text : decodeURIComponent(text));
}
