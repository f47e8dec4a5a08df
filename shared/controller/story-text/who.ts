/** Who did it, from where and with what. */
import { labelled, printable, type Style, truncate } from '../../text/text.ts';
import { instantText } from '../../text/time.ts';
import type { Actor } from '../change.ts';
import type { StoryChange } from '../story.ts';

/** By what a user agent begins with or contains; the first that fits. */
const tools: readonly (readonly [pattern: RegExp, tool: string])[] = [
  [/terraform/i, 'Terraform'],
  [/opentofu/i, 'OpenTofu'],
  [/pulumi/i, 'Pulumi'],
  [/crossplane|ack-.*controller/i, 'a Kubernetes controller'],
  [/cdk/i, 'the AWS CDK'],
  [/cloudformation/i, 'CloudFormation'],
  [/lockstep\//i, 'the lockstep command line'],
  [/S3Console|console\.(amazonaws|aws)|signin\.amazonaws|^AWS-Console|\bAWSConsole\b/i, 'the AWS console'],
  [/aws-cli/i, 'the AWS CLI'],
  [/ansible/i, 'Ansible'],
  [/boto/i, 'Python (Boto3)'],
  [/aws-sdk-js/i, 'JavaScript (AWS SDK)'],
  [/aws-sdk-java/i, 'Java (AWS SDK)'],
  [/aws-sdk-go/i, 'Go (AWS SDK)'],
  [/aws-sdk/i, 'an AWS SDK'],
  [/^([a-z0-9-]+)\.amazonaws\.com$/i, 'an AWS service'],
];

/** The tool behind a user agent; undefined when we do not know it. The caller chose the text: a hint, not a proof. */
export const toolOf = (userAgent: string | undefined): string | undefined =>
  userAgent === undefined ? undefined : tools.find(([pattern]) => pattern.test(userAgent))?.[1];

/** The caller in one phrase: `arn:aws:iam::222222222222:role/Admin (session jane)`. */
export function actorName({ kind, principal, session, account }: Actor): string {
  switch (kind) {
    case 'identity-centre-user':
      return session === undefined ? `${principal} (IAM Identity Center)` : `${session} (IAM Identity Center, ${principal})`;
    case 'service':
      return `the AWS service ${principal}`;
    case 'root':
      return `the root user of account ${account ?? principal}`;
    case 'account':
      return `account ${principal} (CloudTrail shows no more than the account)`;
    case 'unknown':
      return principal === '' ? 'somebody CloudTrail does not name' : `${principal} (CloudTrail does not say what that is)`;
    default:
      return session === undefined ? principal : `${principal} (session ${session})`;
  }
}

const longestAgent = 200;

/** From where and with what; empty when neither is known. */
function means({ sourceAddress, userAgent }: Actor): string {
  const tool = toolOf(userAgent);
  const agent = userAgent === undefined ? undefined : `user agent ${truncate(userAgent, longestAgent)}`;
  const withWhat = tool === undefined ? agent : `with ${tool} (${agent})`;
  return [sourceAddress === undefined ? undefined : `from ${sourceAddress}`, withWhat]
    .filter((one) => one !== undefined)
    .join(', ');
}

/** Lines under a setting: the caller, the means, the event. */
export function actorLines(style: Style, label: string, actor: Actor, by: number): readonly string[] {
  const how = means(actor);
  return [
    labelled(style, label, printable(actorName(actor)), by),
    ...(how === '' ? [] : [labelled(style, '', printable(how), by)]),
  ];
}

export function changeLines(style: Style, change: StoryChange | undefined, by: number): readonly string[] {
  if (change === undefined) return [labelled(style, 'who', 'not known: CloudTrail showed no call for it', by)];
  const { eventName, eventId, time, account, region, actor } = change;
  return [
    ...actorLines(style, 'who', actor, by),
    labelled(style, 'call', printable(`${eventName} in account ${account}, ${region}, ${instantText(time)}`), by),
    labelled(style, 'event', printable(eventId), by),
  ];
}
