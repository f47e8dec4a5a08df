/** What an account gives Lockstep, once: a role that reads, a role that repairs, and the boundary of the roles that a repair makes. */
import { Aws, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { aspects } from '../shared/aspects/index.ts';
import { acknowledge } from './acknowledge.ts';
import type { Config } from './config.ts';
import { boundaryPolicy } from './permissions/boundary.ts';
import { ownBoundary } from './permissions/names.ts';
import type { PolicyDocument } from './permissions/statement.ts';
import { healers, observers, spokeTrust } from './permissions/trust.ts';
import { healerPolicy, observerPolicy } from './permissions.ts';
import { roleOf } from './role.ts';

export interface SpokeProps extends StackProps {
  readonly config: Config;
  readonly aspects?: typeof aspects;
}

/** Filled in where the stack is created, so that one template serves every account. */
const here = { partition: Aws.PARTITION, account: Aws.ACCOUNT_ID };

export class SpokeStack extends Stack {
  constructor(scope: Construct, id: string, { config, aspects: all = aspects, ...props }: SpokeProps) {
    super(scope, id, { description: 'Lockstep: the roles it reads and repairs with in this account', ...props });
    const { observer, healer } = config.spokeRoles;
    const [reads, repairs] = [observerPolicy(all, config, here), healerPolicy(all, config, here)];
    const reading = roleOf(this, 'Observer', {
      name: observer,
      description: 'Lockstep reads settings of replication with it.',
      trust: spokeTrust(observers, config),
      policy: reads,
    });
    const healing = roleOf(this, 'Healer', {
      name: healer,
      description: 'Lockstep repairs settings of replication with it.',
      trust: spokeTrust(healers, config),
      policy: repairs,
    });
    explainWildcards(reading, reads);
    explainWildcards(healing, repairs);
    if (config.newRoles.boundary === undefined) boundary(this, config);
  }
}

function boundary(stack: Stack, config: Config): void {
  const policyDocument = boundaryPolicy(config, here);
  const policy = new CfnManagedPolicy(stack, 'Boundary', {
    managedPolicyName: ownBoundary,
    description: 'The most that a replication role made by Lockstep can do.',
    policyDocument,
  });
  explainWildcards(policy, policyDocument);
}

const because =
  'Actions are listed one by one. Resources are the name patterns of the configuration, or, where AWS knows no narrower resource or the settings of any replication may be read, those of the account.';

/** Every wildcard is one of the policy's own resources, never an action. */
function explainWildcards(on: Construct, policy: PolicyDocument): void {
  const resources = policy.Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Resource = [] }) => Resource);
  const found = [...new Set(resources)].filter((resource) => resource.includes('*')).map((resource) => shownByNag(resource));
  if (found.length > 0) acknowledge(on, 'IAM5', because, ...found.map((resource) => `Resource::${resource}`));
}

/** cdk-nag writes what CloudFormation fills in as `<AWS::Partition>`. */
const shownByNag = (resource: string): string =>
  resource.replaceAll(Aws.PARTITION, '<AWS::Partition>').replaceAll(Aws.ACCOUNT_ID, '<AWS::AccountId>');
