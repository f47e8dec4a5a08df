/** The controller itself: one account, one region. */
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { aspects } from '../shared/aspects/index.ts';
import { partitionOf } from '../shared/model/arn.ts';
import { addAlarms, alarmsFor, type Watched } from './alarms.ts';
import type { Config } from './config.ts';
import { addDashboard } from './dashboard.ts';
import { startFunctions } from './hub/events.ts';
import { countFailures } from './hub/failures.ts';
import { answerQueue, functionsOf } from './hub/functions.ts';
import { ledgerOf, queueNames, queuesOf } from './hub/store.ts';
import { topicOf } from './hub/topic.ts';
import { busArn, deployedName } from './permissions/names.ts';
import { functionRoleArn } from './permissions/trust.ts';

export interface HubProps extends StackProps {
  readonly config: Config;
  /** Folder of the built functions: `dist/functions`. */
  readonly code: string;
  readonly aspects?: typeof aspects;
}

/** What alarms and dashboard look at, by the names that it is deployed under. */
export const watched: Watched = {
  ...queueNames,
  functions: {
    route: deployedName('route'),
    admit: deployedName('admit'),
    sweep: deployedName('sweep'),
    reconcile: deployedName('reconcile'),
    failures: deployedName('failures'),
  },
};

export class HubStack extends Stack {
  constructor(scope: Construct, id: string, { config, code, aspects: all = aspects, ...props }: HubProps) {
    super(scope, id, { description: 'Lockstep: the controller', env: config.hub, ...props });
    const partition = partitionOf(config.hub.region);
    const queues = queuesOf(this);
    const topic = topicOf(this, config);
    const table = ledgerOf(this).attrArn;
    const functions = functionsOf(this, { ...config.hub, config, queues, topic, partition, table, code });
    answerQueue(this, functions, queues, config);
    countFailures(this, functions, queues, config);
    startFunctions(this, { functions, queues, config, aspects: all });
    addAlarms(this, alarmsFor(config, watched), { action: topic.arn, runbook: config.runbook });
    addDashboard(this, watched, config.hub.region);
    new CfnOutput(this, 'QueueUrl', { value: queues.queue.queueUrl, description: 'For LOCKSTEP_QUEUE_URL' });
    new CfnOutput(this, 'BusArn', { value: busArn(config.hub), description: 'Where the spokes forward to' });
    new CfnOutput(this, 'ReconcileRoleArn', {
      value: functionRoleArn(config.hub, 'reconcile'),
      description: 'Whom the spokes let repair',
    });
  }
}
