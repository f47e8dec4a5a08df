import type { ResourceRef } from '../model/finding.ts';

/** `bucket orders (account 111111111111, eu-west-1)`. */
export function place(resource: ResourceRef): string {
  switch (resource.type) {
    case 'bucket':
      return `bucket ${resource.name} (account ${resource.account}, ${resource.region})`;
    case 'key':
      return `key ${resource.arn} (account ${resource.account})`;
    case 'role':
      return `role ${resource.path.replace(/^\//, '')}${resource.name} (account ${resource.account})`;
  }
}
