/** What a region of an account does for Lockstep: it forwards what changed, straight to the hub's bus, and what S3 failed to replicate. */
import { Aws, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { aspects } from '../shared/aspects/index.ts';
import type { Config } from './config.ts';
import { eventPattern } from './event-pattern.ts';
import { failureTopicOf } from './failure-topic.ts';
import { heartbeatOf } from './heartbeat.ts';
import { organizationPattern } from './organization-pattern.ts';
import { busArn, forwardRule, ownRoles } from './permissions/names.ts';
import { policyOf } from './permissions/statement.ts';
import { serviceTrust } from './permissions/trust.ts';
import { roleOf } from './role.ts';

export interface SpokeRegionProps extends StackProps {
  readonly config: Pick<Config, 'hub' | 'sweepEveryMinutes'>;
  readonly aspects?: typeof aspects;
}

/**
 * An event that came from another bus is forwarded no further, so nothing may lie between.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
 */
export class SpokeRegionStack extends Stack {
  constructor(scope: Construct, id: string, { config, aspects: all = aspects, ...props }: SpokeRegionProps) {
    super(scope, id, { description: 'Lockstep: forwards changes of this region to the hub', ...props });
    const bus = busArn(config.hub);
    const forwarder = roleOf(this, 'Forwarder', {
      name: `${ownRoles.forwarder}-${Aws.REGION}`,
      description: 'EventBridge sends changes to Lockstep with it.',
      trust: serviceTrust('events.amazonaws.com', { 'aws:SourceAccount': Aws.ACCOUNT_ID }),
      policy: policyOf({ Sid: 'Forward', Effect: 'Allow', Action: 'events:PutEvents', Resource: bus }),
    });
    const targets = [{ id: 'lockstep', arn: bus, roleArn: forwarder.attrArn }];
    const forward = new CfnRule(this, 'Forward', {
      name: forwardRule,
      description: 'Changes of settings that replication depends on, and heartbeats',
      eventPattern: eventPattern(all),
      targets,
    });
    // Comes up in one region, of the management account alone; a rule that never matches costs nothing.
    new CfnRule(this, 'Organization', {
      name: 'lockstep-organization',
      description: "Changes of the organization's policies",
      eventPattern: organizationPattern,
      targets,
    });
    failureTopicOf(this, config);
    // A schedule runs at once first: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    heartbeatOf(this, config).addResourceDependency(forward);
  }
}
