/** A stack that is there. */
export interface DeployedStack {
  /** As CloudFormation's: an ARN. */
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: ReadonlyMap<string, DeployedResource>;
  /** What is no longer of the stack and was left behind all the same: retained, or it could not be deleted. */
  readonly left: readonly Leftover[];
}

export interface DeployedResource {
  readonly logicalId: string;
  readonly type: string;
  /** What `Ref` gives. */
  readonly id: string;
  /** What `Fn::GetAtt` gives. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Leftover {
  readonly logicalId: string;
  readonly type: string;
  readonly id: string;
  readonly because: string;
}
