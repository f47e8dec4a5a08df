import { bucketArn, parseArn } from '../model/arn.ts';
import type { Replication } from '../model/replication.ts';
import type { Statement } from '../policy/statements.ts';

const list = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);

/** Keys besides the source's own that the role may decrypt the source bucket's objects with, in order. */
export function furtherSourceKeys(r: Replication, statements: readonly Statement[]): readonly string[] {
  const known = [r.source.key, r.destination.key].map((key) => key.arn ?? key.named);
  const resources = statements
    .filter((statement) => decrypts(statement) && isAbout(statement, r))
    .flatMap(({ Resource }) => list(Resource));
  return [...new Set(resources)].filter((arn) => isSourceKey(arn, r) && !known.includes(arn)).sort();
}

const decrypts = ({ Effect, Action }: Statement): boolean =>
  Effect === 'Allow' && list(Action).some((action) => action.toLowerCase() === 'kms:decrypt');

function isSourceKey(text: string, { source }: Replication): boolean {
  const arn = parseArn(text);
  const isKey = arn !== undefined && arn.service === 'kms' && /^key\/[\w-]+$/.test(arn.resource);
  return isKey && arn.account === source.account && arn.region === source.region;
}

/** A statement may say for which bucket's objects, and in which region, the key is meant; one that does not say is for any. */
function isAbout({ Condition = {} }: Statement, { partition, source }: Replication): boolean {
  const tests = Object.values(Condition as Record<string, Record<string, unknown>>).flatMap((keys) => Object.entries(keys));
  const valuesOf = (key: string): readonly string[] =>
    tests.filter(([name]) => name.toLowerCase() === key).flatMap(([, values]) => list(values));
  const bucket = bucketArn(partition, source.bucket);
  const contexts = valuesOf('kms:encryptioncontext:aws:s3:arn');
  const services = valuesOf('kms:viaservice');
  return (
    (contexts.length === 0 ||
      contexts.some((value) => value === bucket || value.startsWith(`${bucket}/`) || value.includes('*:::*'))) &&
    (services.length === 0 || services.some((value) => value === `s3.${source.region}.amazonaws.com` || value.includes('*')))
  );
}
