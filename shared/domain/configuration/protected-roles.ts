import { patternsMeet } from '../kernel/glob.ts';

/**
 * Roles that are never azfed's, whatever a grant says: whoever holds one of them holds the account, or much of it. Sources:
 * IAM User Guide, service-linked roles; IAM Identity Center, AWSReservedSSO_ roles; AWS Organizations, accessing member
 * accounts; Control Tower, AWSControlTowerExecution; CloudFormation StackSets, service-managed permissions; AWS CDK,
 * bootstrapping. The last are azfed's own, as it names them unless somebody says otherwise.
 */
const protectedRoles: readonly { readonly name: string; readonly whose: string }[] = [
  { name: 'AWSServiceRole*', whose: 'roles of AWS services' },
  { name: 'AWSReservedSSO_*', whose: 'roles of IAM Identity Center' },
  { name: 'OrganizationAccountAccessRole', whose: 'the role of the organization’s management account' },
  { name: 'AWSControlTowerExecution', whose: 'the role of AWS Control Tower' },
  { name: 'stacksets-exec-*', whose: 'roles of CloudFormation StackSets' },
  { name: 'cdk-*', whose: 'roles of the CDK’s bootstrap' },
  { name: 'azfed-*', whose: 'azfed’s own roles' },
];

/** A protected role that a pattern over role names meets, and whose it is. Names differ in more than case (IAM CreateRole). */
export function findProtectedRole(
  pattern: string,
): { readonly name: string; readonly whose: string } | undefined {
  return protectedRoles.find(({ name }) => patternsMeet(name.toLowerCase(), pattern.toLowerCase()));
}

/** A name, or a pattern whose first three characters are no wildcards: at the root path nothing wider can be told apart. */
export function isNarrowRolePattern(pattern: string): boolean {
  return !/[*?]/.test(pattern) || /^[^*?]{3}/.test(pattern);
}
