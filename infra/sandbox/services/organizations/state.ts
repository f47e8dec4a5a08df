export type PolicyType = 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY';

export interface Unit {
  readonly id: string;
  readonly arn: string;
  name: string;
  readonly parent: string;
  readonly tags: Map<string, string>;
}

export interface Member {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly email: string;
  readonly joinedMethod: 'INVITED' | 'CREATED';
  readonly joined: Date;
  parent: string;
  readonly tags: Map<string, string>;
}

export interface Policy {
  readonly id: string;
  readonly arn: string;
  name: string;
  description: string;
  readonly type: PolicyType;
  content: string;
  readonly awsManaged: boolean;
  readonly tags: Map<string, string>;
}

export interface Organization {
  readonly id: string;
  readonly arn: string;
  readonly managementAccount: string;
  readonly featureSet: 'ALL' | 'CONSOLIDATED_BILLING';
  readonly root: { readonly id: string; readonly arn: string; readonly tags: Map<string, string> };
  readonly units: Map<string, Unit>;
  readonly accounts: Map<string, Member>;
  readonly policies: Map<string, Policy>;
  /** Ids of the policies on each root, unit or account. */
  readonly attached: Map<string, Set<string>>;
  readonly enabledTypes: Set<PolicyType>;
  readonly delegates: Set<string>;
  /** For ids. */
  counter: number;
}

/** There is at most one organization. */
export interface OrganizationsState {
  organization: Organization | undefined;
  /** Accounts being created, by request id. */
  readonly requests: Map<string, object>;
}

export const newOrganizationsState = (): OrganizationsState => ({ organization: undefined, requests: new Map() });
