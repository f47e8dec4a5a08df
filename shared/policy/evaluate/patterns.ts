/**
 * Wildcards: `*` any run of characters, `?` exactly one. A compiled pattern is a string in which the two stand as
 * characters that no name can hold, so that a literal `*` (policy variable `${*}`) stays literal.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
import { type Truth, unknown } from './truth.ts';

export type Glob = string;

const anyRun = '\u0000';
const anyOne = '\u0001';

export const compileGlob = (text: string): Glob => text.replaceAll('*', anyRun).replaceAll('?', anyOne);

const asWritten = (glob: Glob): string => glob.replaceAll(anyRun, '*').replaceAll(anyOne, '?');

export const isLiteral = (glob: Glob): boolean => !glob.includes(anyRun) && !glob.includes(anyOne);

/** Linear in practice: a failed run only ever goes back to the last `*`. */
export function matchesGlob(glob: Glob, text: string): boolean {
  let g = 0;
  let t = 0;
  let resumeGlob = -1;
  let resumeText = 0;
  while (t < text.length) {
    if (glob[g] === anyRun) {
      resumeGlob = g++;
      resumeText = t;
    } else if (g < glob.length && (glob[g] === anyOne || glob[g] === text[t])) {
      g++;
      t++;
    } else if (resumeGlob >= 0) {
      g = resumeGlob + 1;
      t = ++resumeText;
    } else return false;
  }
  while (glob[g] === anyRun) g++;
  return g === glob.length;
}

/** Remembers answers for texts that come again and again; forgets everything at 5,000. */
function remembered<T>(compute: (text: string) => T): (text: string) => T {
  const answers = new Map<string, T>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined) return known;
    const answer = compute(text);
    if (answers.size >= 5000) answers.clear();
    answers.set(text, answer);
    return answer;
  };
}

function splitArn(arn: string): readonly string[] | undefined {
  const parts = arn.split(':');
  return parts.length < 6 ? undefined : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/** The six parts of an ARN; the last one keeps its colons. undefined when there are fewer. */
export const arnParts = remembered(splitArn);

// An incomplete ARN in a Resource element is completed with `*`:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
const completedParts = remembered((glob) => {
  const parts = glob.split(':');
  return arnParts(glob) ?? [...parts, ...Array.from({ length: 6 - parts.length }, () => anyRun)];
});

const fits = (wanted: readonly string[], given: readonly string[]): boolean =>
  wanted.every((part, i) => matchesGlob(part, given[i] ?? ''));

/**
 * Whether an ARN pattern of a Resource element covers a resource. AWS says a wildcard stays within its part of the ARN;
 * a pattern that only fits when a wildcard runs across parts is left open.
 */
export function matchesResource(glob: Glob, resource: string): Truth {
  if (glob === anyRun || glob === resource) return true;
  const given = arnParts(resource);
  if (given && fits(completedParts(glob), given)) return true;
  return !isLiteral(glob) && matchesGlob(glob, resource)
    ? unknown(`a wildcard in a Resource would have to reach across the parts of ${resource}`, 'malformed')
    : false;
}

/** As the ARN operators compare: part by part, each with wildcards. What is no ARN matches none. */
export function matchesArn(glob: Glob, arn: string): Truth {
  if (glob === anyRun) return true;
  const wanted = arnParts(glob);
  if (!wanted) return unknown(`${asWritten(glob)} is no ARN`, 'malformed');
  const given = arnParts(arn);
  return given !== undefined && fits(wanted, given);
}
