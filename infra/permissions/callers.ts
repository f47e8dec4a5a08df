/** Who of the spokes may send something to the hub: events to its bus, and failures to its queue. */
import { partitionOf } from '../../shared/model/arn.ts';
import type { Config } from '../config.ts';
import { busArn, failureTopicArns, listedAccounts } from './names.ts';
import type { Statement } from './statement.ts';

/** Every account of the organization, whose rules then send in a role; or the accounts that are named. */
export function whoSends(config: Config): readonly Statement[] {
  const { hub, organization } = config;
  const send = { Effect: 'Allow', Action: 'events:PutEvents', Resource: busArn(hub) } as const;
  const accounts = listedAccounts(config);
  return [
    ...(organization === undefined
      ? []
      : [
          {
            ...{ ...send, Sid: 'OrganizationForwards', Principal: '*' as const },
            Condition: { StringEquals: { 'aws:PrincipalOrgID': organization.id } },
          },
        ]),
    ...(accounts.length === 0
      ? []
      : [
          {
            ...send,
            Sid: 'SpokesForward',
            Principal: { AWS: accounts.map((account) => `arn:${partitionOf(hub.region)}:iam::${account}:root`) },
          },
        ]),
  ];
}

/** Topics of our name: of every account of the organization, and of the accounts that are named. */
export function whoReports(queue: string, config: Config): readonly Statement[] {
  const { hub, organization, spokes } = config;
  const partition = partitionOf(hub.region);
  const send = {
    Effect: 'Allow',
    Action: 'sqs:SendMessage',
    Resource: queue,
    Principal: { Service: sendersOf([...spokes, ...(organization ? [organization] : [])]) },
  } as const;
  const from = (accounts: readonly string[]) => ({ 'aws:SourceArn': failureTopicArns(accounts, partition) });
  const accounts = listedAccounts(config);
  return [
    ...(organization === undefined
      ? []
      : [
          {
            ...{ ...send, Sid: 'OrganizationReports' },
            // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceorgid
            Condition: { ArnLike: from(['*']), StringEquals: { 'aws:SourceOrgID': organization.id } },
          },
        ]),
    ...(accounts.length === 0
      ? []
      : [
          {
            ...{ ...send, Sid: 'SpokesReport' },
            Condition: { ArnLike: from(accounts) },
          },
        ]),
  ];
}

/** Regions that every account has without asking for them. https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html */
const usual =
  /^((us|cn)-(east|west|north|northwest)-[12]|us-gov-.+|ap-south-1|ap-northeast-[123]|ap-southeast-[12]|ca-central-1|eu-central-1|eu-west-[123]|eu-north-1|sa-east-1)$/;

/** A topic in a region that has to be asked for sends across regions under that region's name. https://docs.aws.amazon.com/sns/latest/dg/sns-cross-region-delivery.html */
const sendersOf = (places: readonly { readonly regions: readonly string[] }[]): readonly string[] => [
  'sns.amazonaws.com',
  ...[...new Set(places.flatMap(({ regions }) => regions))]
    .filter((region) => !usual.test(region))
    .sort()
    .map((region) => `sns.${region}.amazonaws.com`),
];
