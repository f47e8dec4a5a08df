/** Three-valued logic: yes, no, and cannot tell with the reason. */

export interface Unknown {
  /** Half a sentence: what is not known, e.g. `condition key aws:SourceAccount: not known whether S3 sends it`. */
  readonly unknown: string;
  /** `unread`: a policy could not be read; `condition`: a condition key; `malformed`: an element that cannot be understood. */
  readonly cause: 'unread' | 'condition' | 'malformed';
}

export type Truth = boolean | Unknown;

export const unknown = (reason: string, cause: Unknown['cause'] = 'condition'): Unknown => ({ unknown: reason, cause });

export const isUnknown = (truth: Truth): truth is Unknown => typeof truth === 'object';

export const not = (truth: Truth): Truth => (isUnknown(truth) ? truth : !truth);

/** No as soon as one is no, whatever is unknown; the empty list is yes. */
export function every<T>(items: Iterable<T>, test: (item: T) => Truth): Truth {
  let open: Unknown | undefined;
  for (const item of items) {
    const truth = test(item);
    if (truth === false) return false;
    if (truth !== true) open ??= truth;
  }
  return open ?? true;
}

/** Yes as soon as one is yes, whatever is unknown; the empty list is no. */
export function some<T>(items: Iterable<T>, test: (item: T) => Truth): Truth {
  let open: Unknown | undefined;
  for (const item of items) {
    const truth = test(item);
    if (truth === true) return true;
    if (truth !== false) open ??= truth;
  }
  return open ?? false;
}

export const and = (...truths: readonly Truth[]): Truth => every(truths, (truth) => truth);
export const or = (...truths: readonly Truth[]): Truth => some(truths, (truth) => truth);
