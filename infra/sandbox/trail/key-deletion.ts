/**
 * What KMS does by itself when a key's waiting period is over.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/ct-delete-key.html
 */
import { randomUUID } from 'node:crypto';
import type { World } from '../world.ts';
import { serviceIdentity, trailTime } from './identity.ts';
import { publish } from './publish.ts';
import { eventVersion } from './record.ts';

/** Call it when a deletion was scheduled. A deletion that is called off, or scheduled anew, is not announced. */
export function announceKeyDeletion(world: World, keyArn: string): void {
  const due = world.kms.keys.get(keyArn)?.deletionDate;
  if (due === undefined) return;
  world.clock.after((due.getTime() - world.clock.now().getTime()) / 1000, () => {
    const key = world.kms.keys.get(keyArn);
    if (key?.deletionDate?.getTime() !== due.getTime()) return;
    publish(world, {
      eventVersion,
      userIdentity: serviceIdentity(key.account),
      eventTime: trailTime(world.clock.now()),
      eventSource: 'kms.amazonaws.com',
      eventName: 'DeleteKey',
      awsRegion: key.region,
      sourceIPAddress: 'AWS Internal',
      userAgent: 'AWS Internal',
      requestParameters: null,
      responseElements: null,
      eventID: randomUUID(),
      readOnly: false,
      resources: [{ accountId: key.account, type: 'AWS::KMS::Key', ARN: keyArn }],
      eventType: 'AwsServiceEvent',
      managementEvent: true,
      recipientAccountId: key.account,
      eventCategory: 'Management',
    });
  });
}
