import { Aws, CfnOutput } from 'aws-cdk-lib';
import { CfnManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { PersonKind } from '../../../shared/domain/configuration/people.ts';
import { listPersonKinds, personKinds } from '../../../shared/domain/configuration/people.ts';
import { listAccountPatterns } from '../../../shared/domain/configuration/account-list.ts';
import { acknowledgeWildcards, buildPolicy, type Right } from '../policy-statement.ts';
import { countCharacters, quotas } from '../quotas.ts';
import { assumeRights } from '../service/grants.ts';
import type { Service } from '../service/service.ts';
import { listPersonRights, listPersonRoles, type PeoplesBelongings } from './people-grants.ts';

/**
 * Policies for a permission set of IAM Identity Center, or for a role: by name and path, as customer managed policies. Each
 * holds for the listed principals alone, whoever attaches it.
 */
export function addPeoplePolicies(parent: Construct, service: Service, own: PeoplesBelongings): void {
  const { people } = service.source.configuration;
  for (const kind of listPersonKinds) {
    const patterns = people?.[kind] ?? [];
    if (patterns.length > 0) addPolicies(parent, service, own, kind, patterns);
  }
}

function addPolicies(
  parent: Construct,
  { settings, source: { configuration } }: Service,
  own: PeoplesBelongings,
  kind: PersonKind,
  patterns: readonly string[],
): void {
  const beginning = `${settings.name}-${kind}`;
  const room = quotas.managedPolicy - countCharacters(patterns) - 350;
  const assuming = assumeRights(listPersonRoles(kind, listAccountPatterns(configuration)), 1, room);
  const documents = [
    [beginning, listPersonRights(kind, own, configuration)] as const,
    ...assuming.map((right, index) => [`${beginning}-accounts-${index + 1}`, [right]] as const),
  ];
  for (const [name, rights] of documents) {
    const limited = rights.map((right) => limitToPeople(right, patterns));
    const policy = new CfnManagedPolicy(parent, `people-${name}`, {
      managedPolicyName: name,
      path: settings.rolePath,
      description: `${personKinds[kind].title} of azfed: for those whom federation.yaml lists, and nobody else.`,
      policyDocument: buildPolicy(limited),
    });
    acknowledgeWildcards(policy, limited);
  }
  new CfnOutput(parent, `People${personKinds[kind].title}Policies`, {
    description: `Customer managed policies for the permission set of ${kind}.`,
    value: documents
      .map(([name]) => `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:policy${settings.rolePath}${name}`)
      .join(' '),
  });
}

function limitToPeople({ reason, statement }: Right, patterns: readonly string[]): Right {
  const { Condition: condition } = statement;
  const known = { ArnLike: { ...condition?.['ArnLike'], 'aws:PrincipalArn': patterns } };
  return { reason, statement: { ...statement, Condition: { ...condition, ...known } } };
}
