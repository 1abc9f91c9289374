import { Token, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Right } from './policy-statement.ts';

/** Rules of cdk-nag that do not fit here, each with the reason why not. */
export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(construct).acknowledge({ id, reason });
}

/** Every wildcard of a role has the reason of its right. */
export function acknowledgeWildcards(role: IConstruct, rights: readonly Right[]): void {
  for (const { reason, statement } of rights) {
    const resources = [...(statement.Resource ?? []), ...(statement.NotResource ?? [])];
    for (const resource of resources.filter((arn) => !Token.isUnresolved(arn) && arn.includes('*')))
      acknowledge(role, { [`AwsSolutions-IAM5[Resource::${resource}]`]: reason });
  }
}
