import { type PolicyDocument, parsePolicy } from '../policy/statements.ts';

/** IAM answers policies URL-encoded (RFC 3986). https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html */
export function parseIamPolicy(text: string | undefined): PolicyDocument {
  if (text === undefined || text === '') return {};
  return parsePolicy(text.trimStart().startsWith('{') ? text : decodeURIComponent(text));
}
