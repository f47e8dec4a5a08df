/** The spokes of a whole organization, present and future: two StackSets over its units. */
import { App, BootstraplessSynthesizer, CfnStackSet, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from './config.ts';
import { eventRegions } from './regions.ts';
import { SpokeRegionStack } from './spoke-region-stack.ts';
import { SpokeStack } from './spoke-stack.ts';

type Organization = NonNullable<Config['organization']>;

export interface RolloutProps extends StackProps {
  readonly config: Config;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const longestTemplate = 51_200;

export class RolloutStack extends Stack {
  constructor(scope: Construct, id: string, { config, ...props }: RolloutProps) {
    super(scope, id, { description: 'Lockstep: the spokes of the organization', ...props });
    const { organization } = config;
    if (organization === undefined) throw new Error('A rollout needs an organization.');
    const roles = stackSet(this, 'Spokes', organization, {
      name: 'lockstep-spoke',
      template: templateOf((app) => new SpokeStack(app, 'spoke', { config, synthesizer: new BootstraplessSynthesizer() })),
      // Roles are one an account, whatever the region: they are made in one.
      regions: organization.regions.slice(0, 1),
    });
    const events = stackSet(this, 'SpokeRegions', organization, {
      name: 'lockstep-spoke-region',
      template: templateOf((app) => new SpokeRegionStack(app, 'region', { config, synthesizer: new BootstraplessSynthesizer() })),
      regions: eventRegions(organization.regions, config),
    });
    // One after the other: a StackSet's operations wait for each other, and a fault in the first one shows alone.
    events.addResourceDependency(roles);
  }
}

/** @throws Error when CloudFormation would not take it */
export function templateOf(make: (app: App) => Stack): string {
  const app = new App({ analyticsReporting: false, context: { 'aws:cdk:enable-path-metadata': false } });
  const stack = make(app);
  const template = JSON.stringify(app.synth().getStackByName(stack.stackName).template);
  if (Buffer.byteLength(template) > longestTemplate)
    throw new Error(
      `The template of ${stack.stackName} has ${Buffer.byteLength(template)} bytes; CloudFormation takes ${longestTemplate}.`,
    );
  return template;
}

interface Plan {
  readonly name: string;
  readonly template: string;
  readonly regions: readonly string[];
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-associate-stackset-with-org.html */
function stackSet(scope: Construct, id: string, { units, from }: Organization, { name, template, regions }: Plan): CfnStackSet {
  return new CfnStackSet(scope, id, {
    stackSetName: name,
    description: 'Lockstep in the accounts of these units',
    permissionModel: 'SERVICE_MANAGED',
    callAs: from === 'delegated-administrator' ? 'DELEGATED_ADMIN' : 'SELF',
    // An account that leaves keeps nothing of ours.
    autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false },
    managedExecution: { Active: true },
    capabilities: ['CAPABILITY_NAMED_IAM'],
    operationPreferences: { failureTolerancePercentage: 20, maxConcurrentPercentage: 25, regionConcurrencyType: 'PARALLEL' },
    stackInstancesGroup: [{ deploymentTargets: { organizationalUnitIds: [...units] }, regions: [...regions] }],
    templateBody: template,
  });
}
