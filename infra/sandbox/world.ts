/**
 * The state of the local AWS: every account, in one process, behind one clock.
 * Each service owns its slice; what crosses services (principals in policies) goes through `principals.ts`.
 */
import type { AccountInOrganization } from './authorisation/organization.ts';
import { type Clock, realClock } from './clock.ts';
import { type MetricsState, newMetricsState } from './metrics.ts';
import { type NotificationState, newNotificationState } from './notify.ts';
import { newReplicationWork, type ReplicationWork } from './replication/work.ts';
import { type CloudTrailOptions, type CloudTrailState, newCloudTrailState } from './services/cloudtrail.ts';
import { type CloudWatchState, newCloudWatchState } from './services/cloudwatch.ts';
import { type DynamoDbState, newDynamoDbState } from './services/dynamodb.ts';
import { type EventBridgeOptions, type EventBridgeState, newEventBridgeState, type Undelivered } from './services/eventbridge.ts';
import { type IamState, newIamState } from './services/iam.ts';
import { type KmsState, newKmsState } from './services/kms.ts';
import { type LambdaState, newLambdaState } from './services/lambda/state.ts';
import { newOrganizationsState, type OrganizationsState, standingOf } from './services/organizations.ts';
import { newS3State, type S3State } from './services/s3.ts';
import { newSchedulerState, type SchedulerState } from './services/scheduler.ts';
import { newSnsState, type SnsState } from './services/sns.ts';
import { newSqsState, type SqsState } from './services/sqs.ts';
import { newSsmState, type SsmState } from './services/ssm.ts';
import { newStsState, type StsState } from './services/sts.ts';
import { targetDrivers } from './targets/drivers.ts';
import type { LocalFunction, TargetDriver } from './targets.ts';

export type { Clock } from './clock.ts';

export interface World {
  readonly clock: Clock;
  readonly s3: S3State;
  readonly kms: KmsState;
  readonly iam: IamState;
  readonly sts: StsState;
  readonly ssm: SsmState;
  /** What services publish about themselves. */
  readonly metrics: MetricsState;
  readonly notifications: NotificationState;
  /** What S3 still has to replicate. */
  readonly replication: ReplicationWork;
  readonly cloudtrail: CloudTrailState;
  readonly organizations: OrganizationsState;
  readonly scheduler: SchedulerState;
  readonly dynamodb: DynamoDbState;
  readonly cloudwatch: CloudWatchState;
  readonly sns: SnsState;
  readonly sqs: SqsState;
  readonly events: EventBridgeState;
  /** Lambda's functions, and what has them invoked. */
  readonly lambda: LambdaState;
  /** Functions that are nothing but their code, by ARN: they run whoever sends, in nobody's name. */
  readonly functions: Map<string, LocalFunction>;
  /** How each service takes what others send to it, by the service in the target's ARN. */
  readonly targets: Map<string, TargetDriver>;
  /** What was sent to a target and given up, oldest first. */
  readonly undelivered: Undelivered[];
  /** What an organization lays over an account: the one of AWS Organizations, unless it is replaced. */
  organizationOf?: (account: string) => AccountInOrganization | undefined;
}

export interface WorldOptions {
  /** Names of roles that everybody can assume in every account while nobody created them; their sessions are administrators. */
  readonly impliedRoles?: readonly string[];
  readonly cloudtrail?: CloudTrailOptions;
  readonly events?: EventBridgeOptions;
}

export function newWorld(clock: Clock = realClock(), options: WorldOptions = {}): World {
  const sts = newStsState(options.impliedRoles);
  const organizations = newOrganizationsState();
  return {
    clock,
    s3: newS3State(),
    kms: newKmsState(),
    iam: newIamState(),
    sts,
    ssm: newSsmState(),
    metrics: newMetricsState(),
    notifications: newNotificationState(),
    replication: newReplicationWork(),
    cloudtrail: newCloudTrailState(options.cloudtrail),
    events: newEventBridgeState(options.events),
    sqs: newSqsState(),
    sns: newSnsState(),
    cloudwatch: newCloudWatchState(),
    dynamodb: newDynamoDbState(),
    scheduler: newSchedulerState(),
    organizations,
    organizationOf: (account) => standingOf({ organizations }, account),
    lambda: newLambdaState(),
    functions: new Map(),
    targets: new Map(targetDrivers),
    undelivered: [],
  };
}
