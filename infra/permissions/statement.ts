/** Policies as plain data, so that what is tested is what is deployed. */

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: readonly string[];
  readonly Condition?: Condition;
}

export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** A statement about nothing would be about everything, or refused; it is left out. */
export const policyOf = (...statements: readonly (Statement | undefined)[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements.filter((one) => one !== undefined && one.Action.length > 0 && one.Resource?.length !== 0) as Statement[],
});

/** Where ARNs lie; in a template both may be tokens that CloudFormation fills in. */
export interface At {
  readonly partition: string;
  readonly account: string;
}

export const alphabetical = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();

/** `s3` of `s3:GetBucketPolicy`. */
export const serviceOf = (action: string): string => action.slice(0, action.indexOf(':'));
