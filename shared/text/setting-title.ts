import type { ResourceRef } from '../model/finding.ts';
import type { Replication } from '../model/replication.ts';
import { sidesOf } from '../model/sides.ts';

/**
 * What people call a setting. Buckets and keys come in pairs, so their settings are told with the side they are on:
 * `destination key policy`, or `source and destination bucket versioning` where one replication ends and another begins.
 *
 * @param title of the aspect
 */
export function settingTitle(title: string, resource: ResourceRef, replications: readonly Replication[]): string {
  const sides = resource.type === 'role' ? [] : sidesOf(resource, replications);
  return sides.length === 0 || title.startsWith('replication') ? title : `${sides.join(' and ')} ${title}`;
}
