/**
 * Which SCPs and RCPs an organization lays on accounts, read with the credentials of its management account or of a delegated
 * administrator.
 *
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
 */
import type { PolicySummary, Root } from '@aws-sdk/client-organizations';
import type { AwsCall, AwsFailure, AwsGateway } from '../model/aws-call.ts';
import type { Input, Operation, Output } from '../model/operations.ts';
import type { AccountState, PolicyText, Read } from '../policy/replication-state.ts';

/** The organization could not be looked at all. */
export class CannotReadOrganization extends Error {
  override readonly name = 'CannotReadOrganization';
  readonly failure: AwsFailure;

  constructor(operation: Operation, failure: AwsFailure) {
    super(`The organization could not be read (${operation}): ${failure.code}: ${failure.message}`);
    this.failure = failure;
  }
}

export type PolicyType = 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY';

type Level = Readonly<Record<string, PolicyText>>;

interface Reader {
  send<O extends Operation>(operation: O, input: Input<O>): Promise<Output<O>>;
  /** Text of a policy, asked for once however often it is attached. */
  content(policyId: string): Promise<PolicyText>;
}

function readerOf(aws: AwsGateway, place: Pick<AwsCall, 'account' | 'region'>): Reader {
  const contents = new Map<string, Promise<PolicyText>>();
  async function send<O extends Operation>(operation: O, input: Input<O>): Promise<Output<O>> {
    const reply = await aws.send({ operation, ...place, input });
    if (!reply.ok) throw new CannotReadOrganization(operation, reply.error);
    return reply.output;
  }
  async function describe(PolicyId: string): Promise<PolicyText> {
    const { Policy } = await send('organizations:DescribePolicy', { PolicyId });
    return JSON.parse(Policy?.Content ?? '');
  }
  const content = (policyId: string): Promise<PolicyText> => {
    const found = contents.get(policyId) ?? describe(policyId);
    contents.set(policyId, found);
    return found;
  };
  return { send, content };
}

// A page may be empty and still have a successor: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPoliciesForTarget.html
async function attachedTo({ send }: Reader, TargetId: string, Filter: PolicyType): Promise<readonly PolicySummary[]> {
  const found: PolicySummary[] = [];
  let NextToken: string | undefined;
  do {
    const page = await send('organizations:ListPoliciesForTarget', { TargetId, Filter, ...(NextToken && { NextToken }) });
    found.push(...(page.Policies ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}

async function levelAt(reader: Reader, target: string, type: PolicyType): Promise<Level> {
  const summaries = await attachedTo(reader, target, type);
  const named = await Promise.all(summaries.map(async ({ Id = '', Name = Id }) => [Name, await reader.content(Id)] as const));
  return Object.fromEntries(named);
}

/** From the root down to the account. A child has one parent. */
async function pathTo({ send }: Reader, account: string): Promise<readonly string[]> {
  const path = [account];
  for (;;) {
    const { Parents } = await send('organizations:ListParents', { ChildId: path[0] ?? account });
    const parent = Parents?.[0];
    if (parent?.Id === undefined) return path;
    path.unshift(parent.Id);
    if (parent.Type === 'ROOT') return path;
  }
}

interface Whole {
  readonly id: string;
  readonly managementAccount: string;
  /** Kinds of policies that are switched on. What is switched off binds nobody, though it may be attached. */
  readonly enabled: ReadonlySet<string>;
}

async function whole({ send }: Reader): Promise<Whole> {
  const { Organization } = await send('organizations:DescribeOrganization', {});
  const roots: Root[] = [];
  let NextToken: string | undefined;
  do {
    const page = await send('organizations:ListRoots', { ...(NextToken && { NextToken }) });
    roots.push(...(page.Roots ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  const types = roots.flatMap(({ PolicyTypes }) => PolicyTypes ?? []);
  return {
    id: Organization?.Id ?? '',
    managementAccount: Organization?.MasterAccountId ?? '',
    enabled: new Set(types.filter(({ Status }) => Status === 'ENABLED').map(({ Type }) => Type ?? '')),
  };
}

async function accountIn({ id, managementAccount, enabled }: Whole, account: string, reader: Reader): Promise<AccountState> {
  const path = await pathTo(reader, account);
  const member = { organization: id, organizationPath: `${[id, ...path.slice(0, -1)].join('/')}/` };
  // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_getting-started_concepts.html
  if (account === managementAccount) return { ...member, managementAccount: true };
  const levels = async (type: PolicyType): Promise<Read<readonly Level[]>> =>
    enabled.has(type) ? Promise.all(path.map((target) => levelAt(reader, target, type))) : null;
  const [serviceControlPolicies, resourceControlPolicies] = await Promise.all([
    levels('SERVICE_CONTROL_POLICY'),
    levels('RESOURCE_CONTROL_POLICY'),
  ]);
  return { ...member, managementAccount: false, serviceControlPolicies, resourceControlPolicies };
}

/** An account of another organization is `ChildNotFoundException` here, and what binds it stays unknown. */
function unreadableAccount(account: string, { id }: Whole, error: unknown): AccountState {
  const isStranger = error instanceof CannotReadOrganization && error.failure.code === 'ChildNotFoundException';
  const text = error instanceof Error ? error.message : String(error);
  const unreadable = isStranger ? `account ${account} is not in organization ${id}` : text;
  const refused = { unreadable };
  return { organization: refused, serviceControlPolicies: refused, resourceControlPolicies: refused };
}

/**
 * What is known of the accounts; one that cannot be read, or is in another organization, is `unreadable`.
 *
 * @param place whose credentials are used, and for which region calls are signed: Organizations itself is global
 * @throws CannotReadOrganization when the organization as a whole cannot be read
 */
export async function readOrganization(
  accounts: readonly string[],
  aws: AwsGateway,
  place: Pick<AwsCall, 'account' | 'region'>,
): Promise<Readonly<Record<string, AccountState>>> {
  const reader = readerOf(aws, place);
  const organization = await whole(reader);
  const states = await Promise.all(
    [...new Set(accounts)].map(async (account) => {
      const state = await accountIn(organization, account, reader).catch((error: unknown) =>
        unreadableAccount(account, organization, error),
      );
      return [account, state] as const;
    }),
  );
  return Object.fromEntries(states);
}

// Organizations is one per partition: https://docs.aws.amazon.com/general/latest/gr/ao.html
const regions: Readonly<Record<string, string>> = { 'aws-cn': 'cn-northwest-1', 'aws-us-gov': 'us-gov-west-1' };

/** The region that answers for Organizations in a partition. */
export const organizationRegion = (partition = 'aws'): string => regions[partition] ?? 'us-east-1';
