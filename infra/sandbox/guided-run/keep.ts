/** What to do with the guided run when it stays. */
import { join } from 'node:path';
import { type Mailbox, shortened } from './mail.ts';
import { type LiveStage, print } from './stage.ts';

const instructions = ({ url, folder, hub }: LiveStage): string => `
The local AWS and the controller keep running, on ${url}. Mails appear here. Press Ctrl-C to end it.

To break something, paste this in another terminal (access key 111111111111 is the administrator of that account):

  export AWS_ENDPOINT_URL=${url} AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1
  export AWS_ACCESS_KEY_ID=111111111111 AWS_SECRET_ACCESS_KEY=local
  aws s3api delete-bucket-replication --bucket orders
  aws s3api get-bucket-replication --bucket orders                  # a second later

To see what the controller knows, and to have it sweep (it runs in account ${hub.account}; version 1 of the AWS CLI needs
--endpoint-url $AWS_ENDPOINT_URL for sqs):

  export AWS_ACCESS_KEY_ID=${hub.account} LOCKSTEP_QUEUE_URL=${hub.queueUrl}
  npm run -s lockstep -- status
  npm run -s lockstep -- history orders-dr
  npm run -s lockstep -- plan --document ${join(folder, 'orders.json')}
  aws lambda invoke --function-name lockstep-sweep /dev/null
  aws sqs get-queue-attributes --queue-url $LOCKSTEP_QUEUE_URL --attribute-names All
`;

/** Until the process is told to end; prints each mail as it comes. */
export async function keepRunning(stage: LiveStage, mailbox: Mailbox): Promise<void> {
  print(instructions(stage));
  let seen = mailbox.count();
  const reading = setInterval(() => {
    for (const mail of mailbox.after(seen)) print(`${shortened(mail)}\n`);
    seen = mailbox.count();
  }, 200);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  clearInterval(reading);
}
