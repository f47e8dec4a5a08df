import { type Document, type Fault, InvalidDocument, parseDocument } from '../../shared/model/desired-state.ts';

export const now = new Date('2026-03-01T12:00:00Z');

export const keyArn = (account: string, region: string, digit = account.slice(0, 1)): string =>
  `arn:aws:kms:${region}:${account}:key/${digit.repeat(8)}-aaaa-4aaa-8aaa-${digit.repeat(12)}`;

export const sourceKey = keyArn('111111111111', 'eu-west-1');
export const destinationKey = keyArn('222222222222', 'eu-central-1');

/** A replication as a document spells it, complete and valid, from one bucket to another. */
export const written = (source = 'orders', destination = 'orders-dr', more: object = {}) => ({
  source: { account: '111111111111', region: 'eu-west-1', bucket: source, key: sourceKey },
  destination: { account: '222222222222', region: 'eu-central-1', bucket: destination, key: destinationKey },
  ...more,
});

/** `written` with fields added or replaced inside its ends. */
export const writtenWith = ({
  source = {},
  destination = {},
  ...more
}: {
  source?: object;
  destination?: object;
  [field: string]: unknown;
}) => {
  const base = written();
  return { ...base, source: { ...base.source, ...source }, destination: { ...base.destination, ...destination }, ...more };
};

export const documentOf = (replications: object, more: object = {}) => ({ version: 1, ...more, replications });

export const parse = (value: unknown, name = 'orders'): Document => parseDocument(JSON.stringify(value, null, 2), { name, now });

/** The faults of a text that should not be accepted; empty when it was. */
export function faultsOf(text: string): readonly Fault[] {
  try {
    parseDocument(text, { name: 'orders', now });
    return [];
  } catch (error) {
    if (error instanceof InvalidDocument) return error.faults;
    throw error;
  }
}

export const faultsOfValue = (value: unknown): readonly Fault[] => faultsOf(JSON.stringify(value, null, 2));

/** Sets the value at a dotted path, making what is missing on the way; undefined removes the field. */
export function edited(value: object, path: string, to: unknown): object {
  const copy = structuredClone(value);
  const steps = path.split('.');
  const last = steps.pop() as string;
  let at = copy as Record<string, unknown>;
  for (const step of steps) {
    at[step] ??= {};
    at = at[step] as Record<string, unknown>;
  }
  if (to === undefined) delete at[last];
  else at[last] = to;
  return copy;
}
