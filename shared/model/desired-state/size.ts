import type { Fault } from './faults.ts';

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
const standardBytes = 4096;
const advancedBytes = 8192;

/** The smallest kind of parameter that takes a document; undefined: none does. */
export function parameterTier(json: string): 'Standard' | 'Advanced' | undefined {
  const bytes = Buffer.byteLength(json);
  if (bytes <= standardBytes) return 'Standard';
  return bytes <= advancedBytes ? 'Advanced' : undefined;
}

/** Why Parameter Store would not take a document, and what can be done; undefined when it would. */
export function sizeFault(json: string): Fault | undefined {
  if (parameterTier(json) !== undefined) return undefined;
  const message =
    `has ${bytesText(json)}; a standard parameter takes 4,096 and an advanced one, which AWS charges for, 8,192: ` +
    `split the document into several, or move what its replications have in common to "defaults"${compactHint(json)}`;
  return { path: '', message };
}

const bytesText = (text: string): string => `${Buffer.byteLength(text).toLocaleString('en')} bytes`;

function compactHint(json: string): string {
  try {
    const compact = JSON.stringify(JSON.parse(json));
    return parameterTier(compact) === undefined ? '' : `, or write it without white space (${bytesText(compact)})`;
  } catch {
    return '';
  }
}
