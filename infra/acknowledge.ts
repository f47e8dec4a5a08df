/** Findings of cdk-nag that are meant, each with the reason why. */
import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * @param rule e.g. `IAM5`
 * @param what the part of the finding in brackets, where the rule has one, e.g. `Resource::*`
 */
export function acknowledge(on: IConstruct, rule: string, reason: string, ...what: readonly string[]): void {
  const ids = what.length === 0 ? [''] : what.map((one) => `[${one}]`);
  for (const id of ids) Validations.of(on).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}${id}`, reason });
}
