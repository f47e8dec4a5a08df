import type { NotificationConfigurationFilter } from '@aws-sdk/client-s3';
import { invalidArgument } from './errors.ts';

interface Selector {
  readonly Events: readonly string[] | undefined;
  readonly Filter?: NotificationConfigurationFilter | undefined;
}

/**
 * One object must not be able to raise the same event twice.
 *
 * @throws InvalidArgument when two targets share an event type and both their prefixes and their suffixes overlap
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
 */
export function requireUnambiguous(targets: readonly Selector[]): void {
  const clash = targets.some((one, at) => targets.slice(at + 1).some((other) => overlap(one, other)));
  if (!clash) return;
  throw invalidArgument(
    'Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.',
  );
}

function overlap(one: Selector, other: Selector): boolean {
  const [prefix, otherPrefix] = [part(one, 'prefix'), part(other, 'prefix')];
  const [suffix, otherSuffix] = [part(one, 'suffix'), part(other, 'suffix')];
  return (
    (one.Events ?? []).some((event) =>
      (other.Events ?? []).some((another) => covers(event, another) || covers(another, event)),
    ) &&
    (prefix.startsWith(otherPrefix) || otherPrefix.startsWith(prefix)) &&
    (suffix.endsWith(otherSuffix) || otherSuffix.endsWith(suffix))
  );
}

/** `s3:ObjectCreated:*` covers `s3:ObjectCreated:Put`. */
const covers = (wide: string, narrow: string): boolean =>
  wide === narrow || (wide.endsWith('*') && narrow.startsWith(wide.slice(0, -1)));

const part = ({ Filter: filter }: Selector, name: string): string =>
  filter?.Key?.FilterRules?.find((rule) => rule.Name?.toLowerCase() === name)?.Value ?? '';
