import type { OrganizationInventory } from '../../../../shared/domain/azure-devops/inventory.ts';
import type { EntryHolder } from '../../../../shared/domain/entries/holders.ts';
import { indexHolders } from '../../../../shared/domain/entries/holders.ts';
import { listEntries } from '../../../../shared/domain/entries/trust-entries.ts';
import { makeClassifier } from '../../../../shared/domain/issuers/azure-issuer.ts';
import { complete, unknown } from '../../../../shared/domain/kernel/result.ts';
import type { Json, PolicyDocument, Statement } from '../../../../shared/domain/policy/policy-document.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { connectionId, organizationId } from '../../../builders/domain-ids.ts';
import { inventory, withUnreadProject } from '../../../builders/inventory.ts';
import {
  ENTRA,
  entraSubject,
  OURS,
  makeRole,
  statement,
  makeTrust,
  provider,
  VSTOKEN,
} from '../../../builders/lint-account.ts';

const facts = { providers: undefined, classify: makeClassifier([]), tenants: [] };
const seen = inventory([
  connection(1),
  connection(2, { type: 'azurerm', isDisabled: true }),
  connection(3, { references: [reference(2, 'c3', 'Web')] }),
]);
const cutShort = withUnreadProject(seen);

const withTrust = (document: PolicyDocument, inventories: readonly OrganizationInventory[] = [seen]) =>
  listEntries(makeRole(document), facts, indexHolders(inventories));
const trust = (subject: Json, operator = 'StringEquals', issuer = VSTOKEN) =>
  makeTrust(statement(issuer, { [operator]: { [`${issuer}:sub`]: subject } }));

/** `connection c1 c2`, `nobody`. */
function describeHolder(holder: EntryHolder): string {
  switch (holder.state) {
    case 'connection':
      return [
        'connection',
        ...holder.connections.map(({ name }) => name),
        ...(holder.isWhole ? [] : ['...']),
      ].join(' ');
    case 'nobody':
      return ['nobody', ...(holder.similar ? [`like ${holder.similar.name}`] : [])].join(' ');
    case 'never-works':
      return `never-works ${holder.reason}`;
    case 'unknown':
    case 'pipeline':
    case 'outside':
      return holder.state;
  }
}
const join = (document: PolicyDocument, inventories?: readonly OrganizationInventory[]) =>
  withTrust(document, inventories).map(({ subject, holder }) => `${subject} <- ${describeHolder(holder)}`);

const withIdentity = (identity: OrganizationInventory['identity']): OrganizationInventory => ({
  ...seen,
  identity,
});
const renamed = withIdentity(complete({ id: OURS, name: 'Contoso' }));
const unconfirmed = withIdentity(
  complete({ id: OURS, name: 'Contoso', nameProblem: unknown('no-capitals', 'Not confirmed.') }),
);
const nameless = inventory([connection(1), connection(4, { references: [], hidesReferences: 'all' })]);
const hidden: OrganizationInventory = {
  ...nameless,
  projects: complete(
    (nameless.projects.state === 'complete' ? nameless.projects.value : []).map((project) => ({
      ...project,
      connections: complete([connection(1), connection(4, { references: [], hidesReferences: 'all' })]),
    })),
  ),
};

describe('who is behind a subject', () => {
  const rows: readonly (readonly [string, string, readonly OrganizationInventory[], string])[] = [
    ['an AWS connection', 'sc://contoso/P1/c1', [seen], 'connection c1'],
    ['a connection of another type', 'sc://contoso/P1/c2', [seen], 'connection c2'],
    ['nobody in a project that was read', 'sc://contoso/P1/gone', [seen], 'nobody'],
    ['nobody in a project that does not exist', 'sc://contoso/Gone/c1', [seen], 'nobody'],
    ['another case', 'sc://contoso/p1/C1', [seen], 'nobody like c1'],
    ['a name with slashes', 'sc://contoso/P1/a/b', [seen], 'nobody'],
    ['seen in a list that was cut short elsewhere', 'sc://contoso/Web/c3', [cutShort], 'connection c3'],
    ['not seen in a list that was cut short', 'sc://contoso/P1/gone', [cutShort], 'unknown'],
    ['not seen, another project cut short', 'sc://contoso/Web/gone', [cutShort], 'nobody'],
    [
      'projects that could not be read',
      'sc://contoso/P1/c1',
      [{ ...seen, projects: unknown('refused', 'No.') }],
      'unknown',
    ],
    [
      'a project that cannot be told',
      'sc://contoso/Gone/c1',
      [{ ...seen, unreadable: [unknown('shape', 'No id.')] }],
      'unknown',
    ],
    ['a connection whose name is not shown', 'sc://contoso/P1/gone', [hidden], 'unknown'],
    [
      'an organization that could not be read',
      'sc://contoso/P1/c1',
      [withIdentity(unknown('refused', 'No.'))],
      'unknown',
    ],
    [
      'another organization under the name',
      'sc://contoso/P1/c1',
      [withIdentity(complete({ id: organizationId(9), name: 'contoso' }))],
      'unknown',
    ],
    ['an organization that is not configured', 'sc://contoso/P1/c1', [], 'outside'],
    ['the name of another organization', 'sc://fabrikam/P1/c1', [seen], 'never-works subject-organization'],
    ['the organization in another case', 'sc://contoso/P1/c1', [renamed], 'never-works subject-organization'],
    ['the same, its spelling not confirmed', 'sc://contoso/P1/c1', [unconfirmed], 'connection c1'],
    [
      'a blank that is encoded',
      'sc://contoso/P1/my%20name',
      [inventory([connection(1, { references: [reference(1, 'my name')] })])],
      'unknown',
    ],
    [
      'an id, which is a name here',
      `sc://contoso/P1/${connectionId(8)}`,
      [inventory([connection(1, { references: [reference(1, connectionId(8))] })])],
      `connection ${connectionId(8)}`,
    ],
    ['an id', `sc://contoso/P1/${connectionId(1)}`, [seen], 'never-works subject-id'],
    ['a pipeline', 'p://contoso/P1/release', [seen], 'pipeline'],
    ['GitHub', 'repo:contoso/app:*', [seen], 'never-works subject-other-system'],
  ];
  it.each(rows)('%s', (_name, subject, inventories, expected) => {
    expect(join(trust(subject), inventories)).toEqual([`${subject} <- ${expected}`]);
  });

  it('names every connection that matches a pattern now, and says whether there may be more', () => {
    expect(join(trust('sc://contoso/P1/*', 'StringLike'))).toEqual(['sc://contoso/P1/* <- connection c1 c2']);
    expect(join(trust('sc://contoso/*', 'StringLike'), [cutShort])).toEqual([
      'sc://contoso/* <- connection c3 ...',
    ]);
  });

  it('names every connection of the organization where no subject is asked for', () => {
    expect(join(makeTrust(statement(VSTOKEN, {})))).toEqual([' <- connection c1 c2 c3']);
  });

  const GITHUB = provider('token.actions.githubusercontent.com');
  it.each<[what: string, principal: Partial<Statement>, isOpen: boolean]>([
    ['everybody', { Principal: '*' }, true],
    ['everybody of AWS', { Principal: { AWS: '*' } }, true],
    ['everybody beside another provider', { Principal: { AWS: ['*'], Federated: GITHUB } }, true],
    ['everybody beside its own', { Principal: { AWS: '*', Federated: provider(VSTOKEN) } }, true],
    ['everybody but an account', { NotPrincipal: { AWS: 'arn:aws:iam::999999999999:root' } }, true],
    ['everybody but its provider', { NotPrincipal: { Federated: [provider(VSTOKEN)] } }, false],
    ['an account', { Principal: { AWS: '999999999999' } }, false],
  ])('takes a statement for %s as a way in by each provider of the account, or not', (_what, who, isOpen) => {
    const asked = { StringEquals: { [`${VSTOKEN}:sub`]: 'sc://contoso/P1/c1' } };
    const { Principal: _, ...rest } = statement(VSTOKEN, asked);
    const entries = listEntries(
      makeRole({ Version: '2012-10-17', Statement: [{ ...rest, ...who }] }),
      { ...facts, providers: [provider(VSTOKEN), GITHUB] },
      indexHolders([seen]),
    );
    expect(
      entries.map(({ providerArn, subject, holder }) => [providerArn, subject, describeHolder(holder)]),
    ).toEqual(isOpen ? [[provider(VSTOKEN), 'sc://contoso/P1/c1', 'connection c1']] : []);
  });

  it('joins subjects of Entra by the last two ids', () => {
    const of = (id: string, organization: string = OURS) =>
      trust(entraSubject(organization, id), 'StringEquals', ENTRA);
    const holder = (document: PolicyDocument, inventories = [seen]) =>
      withTrust(document, inventories).map((entry) => describeHolder(entry.holder));
    expect(holder(of(connectionId(2)))).toEqual(['connection c2']);
    expect(holder(of(connectionId(7)))).toEqual(['nobody']);
    expect(holder(of(connectionId(7)), [cutShort])).toEqual(['unknown']);
    expect(holder(of(connectionId(7), organizationId(9)))).toEqual(['outside']);
    expect(holder(trust('11111111-2222-4333-8444-555555555555', 'StringEquals', ENTRA))).toEqual(['outside']);
  });

  it('leaves out a subject that a Deny keeps out, and counts each subject once', () => {
    const both = makeTrust(
      statement(VSTOKEN, {
        StringEquals: { [`${VSTOKEN}:sub`]: ['sc://contoso/P1/c1', 'sc://contoso/P1/c2'] },
      }),
      statement(VSTOKEN, { StringEquals: { [`${VSTOKEN}:sub`]: 'sc://contoso/P1/c2' } }, { Effect: 'Deny' }),
    );
    expect(join(both)).toEqual(['sc://contoso/P1/c1 <- connection c1']);
  });
});
