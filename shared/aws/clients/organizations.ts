import {
  DescribeOrganizationCommand,
  DescribePolicyCommand,
  ListParentsCommand,
  ListPoliciesForTargetCommand,
  ListRootsCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import type { ClientModule } from '../clients.ts';

export const module: ClientModule = {
  create: (config) => new OrganizationsClient(config),
  commands: {
    DescribeOrganization: DescribeOrganizationCommand,
    DescribePolicy: DescribePolicyCommand,
    ListParents: ListParentsCommand,
    ListPoliciesForTarget: ListPoliciesForTargetCommand,
    ListRoots: ListRootsCommand,
  },
};
