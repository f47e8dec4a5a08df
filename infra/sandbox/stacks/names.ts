import { randomInt } from 'node:crypto';

const signs = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/**
 * A name as CloudFormation makes one for what has none: the stack's, the logical id's, and twelve characters that nobody can guess.
 * What is too long is cut before those.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
 */
export function generatedName(stackName: string, logicalId: string, longest = 64): string {
  const random = Array.from({ length: 12 }, () => signs[randomInt(signs.length)]).join('');
  const room = longest - random.length - 1;
  const logical = logicalId.slice(0, Math.ceil(room / 2));
  const stack = stackName.slice(0, Math.max(room - logical.length - 1, 0));
  return `${stack}-${logical}-${random}`;
}
