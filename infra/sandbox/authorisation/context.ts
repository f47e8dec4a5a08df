/**
 * The condition keys of a request.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
import type { CallContext } from '../service.ts';
import type { Keys } from './check.ts';
import { organizationOf } from './organization.ts';

/** Services with one endpoint for all regions. */
const globalServices = new Set(['iam', 'organizations']);

/** Those that every request carries, whatever it is about. */
export function requestKeys({ world, service, region, ...call }: CallContext): Keys {
  const now = world.clock.now();
  return {
    'aws:CurrentTime': now.toISOString(),
    'aws:EpochTime': Math.floor(now.getTime() / 1000),
    'aws:RequestedRegion': globalServices.has(service) ? 'us-east-1' : region,
    'aws:SourceIp': (call.sourceIp ?? '127.0.0.1').replace(/^::ffff:/, ''),
    // The real AWS is reached over TLS; the plain HTTP of the loopback interface stands for it.
    'aws:SecureTransport': true,
    'aws:UserAgent': call.userAgent ?? null,
    'aws:ViaAWSService': false,
  };
}

/** Those that follow from who owns the resource; the evaluator derives `aws:ResourceAccount` itself. */
export function resourceKeys({ world }: CallContext, account: string): Keys {
  const organization = organizationOf(world, account);
  return organization ? { 'aws:ResourceOrgID': organization.id, 'aws:ResourceOrgPaths': [organization.path] } : {};
}

interface AnyTag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
  /** KMS names them so. */
  readonly TagKey?: string | undefined;
  readonly TagValue?: string | undefined;
}

/** `aws:RequestTag/…` and `aws:TagKeys` of a request that sets tags; without tags, nothing. */
export function requestTags(tags: readonly AnyTag[] | undefined): Keys {
  if (!tags || tags.length === 0) return {};
  const named = tags.map(({ Key, Value, TagKey, TagValue }) => [Key ?? TagKey ?? '', Value ?? TagValue ?? ''] as const);
  return {
    ...Object.fromEntries(named.map(([name, value]) => [`aws:RequestTag/${name}`, value])),
    'aws:TagKeys': named.map(([name]) => name),
  };
}

/** `aws:TagKeys` of a request that takes tags away. */
export const removedTags = (names: readonly string[] | undefined): Keys => (names?.length ? { 'aws:TagKeys': [...names] } : {});

/** `aws:ResourceTag/…`, and the same under a service's own prefix. */
export function resourceTags(tags: Iterable<readonly [name: string, value: string]>, ...prefixes: readonly string[]): Keys {
  const names = ['aws', ...prefixes];
  return Object.fromEntries(
    [...tags].flatMap(([name, value]) => names.map((prefix) => [`${prefix}:ResourceTag/${name}`, value])),
  );
}
