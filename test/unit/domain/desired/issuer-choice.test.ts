import type { Organization } from '../../../../shared/domain/configuration/configuration.ts';
import type { IssuerChoice } from '../../../../shared/domain/issuers/issuer.ts';
import { entraProfile } from '../../../../shared/domain/issuers/issuer.ts';
import { readManagedTrust } from '../../../builders/managed-trust.ts';
import { configuration, contoso, fabrikam, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { connectionId, organizationId, roleArn } from '../../../builders/domain-ids.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  after,
  listEvents,
  federated,
  observation,
  runOnce,
  makePlan,
  selectRole,
  showing,
} from '../../../builders/small-world.ts';
import { complete } from '../../../../shared/domain/kernel/result.ts';

const TENANT = '77a3b2c1-0000-4000-8000-0000000000aa';
const entra = { tenantId: TENANT };
const profile = entraProfile(entra);
const VSTOKEN = `vstoken.dev.azure.com/${contoso.id}`;
const NAMED = 'sc://contoso/P1/c1';
const makeSubject = (number: number) =>
  `/eid1/c/pub/t/wbKjdwAAAECAAAAAAAAAqg/a/rISbSSETf0KqFyZ8ppdXmA/sc/${contoso.id}/${connectionId(number)}`;

const before = after(60, federated([connection(1)]));

/** The same world, with another choice in the configuration. */
function choosing(
  world: SmallWorld,
  issuer: IssuerChoice,
  more: Partial<Organization> = { entra },
): SmallWorld {
  const organizations = [{ ...contoso, issuer, ...more }];
  return { ...world, configuration: { ...world.configuration, organizations } };
}

const readBindings = (world: SmallWorld, role = roleArn('r1')) =>
  (readManagedTrust(selectRole(world, role).trust) ?? []).map(({ issuer, audience, subjects }) => [
    issuer,
    audience,
    ...subjects,
  ]);

const byName = [VSTOKEN, 'api://AzureADTokenExchange', NAMED];
const byId = [
  `login.microsoftonline.com/${TENANT}/v2.0`,
  'fb60f99c-7a34-4190-8149-302f77469936',
  makeSubject(1),
];

describe('a role whose organization', () => {
  it('says nothing takes tokens of vstoken alone', () => {
    expect(readBindings(before)).toEqual([byName]);
  });

  it('moves to Entra takes both, then Entra alone; each provider is there before anybody is let in through it', () => {
    const both = runOnce(choosing(before, 'both'));
    expect(both.plan.changes.map(({ target, kind }) => [target, kind])).toEqual([
      ['provider', 'create'],
      ['role', 'repair'],
    ]);
    expect(readBindings(both.world)).toEqual([byName, byId]);
    expect([...both.world.iam.providers.values()].map(({ audiences }) => audiences)).toEqual([
      ['api://AzureADTokenExchange'],
      ['fb60f99c-7a34-4190-8149-302f77469936'],
    ]);
    expect(runOnce(after(5, both.world)).plan.changes).toEqual([]);
    const entraAlone = runOnce(choosing(after(5, both.world), 'entra')).world;
    expect(readBindings(entraAlone)).toEqual([byId]);
    expect(readBindings(runOnce(choosing(after(5, entraAlone), 'both')).world)).toEqual([byName, byId]);
    expect(listEvents(entraAlone, connectionId(1)).at(-1)).toBe('connection.changed.v1');
  });

  it('takes Entra alone keeps its trust when the connection is renamed', () => {
    const moved = runOnce(choosing(before, 'entra')).world;
    const renamed = showing(after(60, moved), [connection(1, { references: [reference(1, 'new')] })]);
    const done = runOnce(renamed).world;
    expect(readBindings(done)).toEqual([byId]);
  });

  it('takes both lets nobody in by id whose access it ends by name', () => {
    const both = runOnce(choosing(before, 'both')).world;
    const taken = showing(after(60, both), [connection(2, { references: [reference(1, 'c1')] })]);
    expect(readBindings(runOnce(taken).world)).toEqual([[VSTOKEN, 'api://AzureADTokenExchange']]);
  });

  it('shares its tenant with another shares the provider', () => {
    const organizations = [contoso, fabrikam].map((one) => ({ ...one, issuer: 'entra' as const, entra }));
    const world = runOnce({ ...before, configuration: { ...before.configuration, organizations } }).world;
    expect([...world.iam.providers.keys()].filter((arn) => arn.includes('microsoftonline'))).toHaveLength(1);
  });

  it('says nothing of the retirement once nothing takes tokens of vstoken', () => {
    const codes = (world: SmallWorld) => makePlan(world).findings.map(({ code }) => code);
    expect(codes(choosing(before, 'both'))).toContain('issuer.retiring');
    expect(codes(choosing(before, 'entra'))).not.toContain('issuer.retiring');
  });

  it('asks for more than a trust has room for is told, and nothing is written', () => {
    const world = choosing(before, 'both');
    const seen = {
      ...observation(world.iam),
      quotas: complete({ trustLength: 400, roles: 1_000, rolesUsed: 1, managedPoliciesPerRole: 10 }),
    };
    const { changes, findings } = makePlan(world, [seen]);
    expect(findings.map(({ code }) => code)).toContain('trust.over-quota');
    expect(changes.filter(({ target }) => target === 'role')).toEqual([]);
  });
});

describe('the choice of issuers', () => {
  it('of a grant goes before that of the organization', () => {
    const world = choosing(before, 'vstoken');
    const grants = [grant({ issuer: 'both' })];
    const done = runOnce({ ...world, configuration: { ...world.configuration, grants } }).world;
    expect(readBindings(done)).toEqual([byName, byId]);
  });

  it('is narrowed by a person, for one connection, and never to nothing', () => {
    const both = runOnce(choosing(before, 'both')).world;
    const word = { issuer: 'vstoken', by: 'ana', at: Date.parse('2026-11-22T09:00:00.000Z') } as const;
    const recorded = both.recorded.map((item) => ({ ...item, withoutIssuer: word }));
    const narrowed = runOnce({ ...after(5, both), recorded }).world;
    expect(readBindings(narrowed)).toEqual([byId]);
    // Back to the issuer that was taken: it is all there is.
    expect(readBindings(runOnce(choosing(after(5, narrowed), 'vstoken')).world)).toEqual([byName]);
    const undone = narrowed.recorded.map(({ withoutIssuer: _, ...item }) => item);
    expect(readBindings(runOnce({ ...after(5, narrowed), recorded: undone }).world)).toEqual([byName, byId]);
  });

  it('stays with a connection that is missing', () => {
    const both = runOnce(choosing(before, 'both')).world;
    const missing = runOnce(showing(after(60, both), [])).world;
    expect(readBindings(missing)).toEqual([byName, byId]);
  });
});

describe('the profile of a tenant', () => {
  it('is what Azure connections have, unless the configuration says otherwise', () => {
    expect(profile).toEqual({
      name: 'entra',
      issuer: `login.microsoftonline.com/${TENANT}/v2.0`,
      audience: 'fb60f99c-7a34-4190-8149-302f77469936',
      prefix: '/eid1/c/pub/t/wbKjdwAAAECAAAAAAAAAqg/a/rISbSSETf0KqFyZ8ppdXmA',
    });
    const notified = { issuer: 'login.example.com/x', audience: 'api://aws', prefix: '/eid2' };
    const done = runOnce(choosing(before, 'entra', { entra: { ...entra, ...notified } })).world;
    expect(readBindings(done)).toEqual([
      ['login.example.com/x', 'api://aws', `/eid2/sc/${contoso.id}/${connectionId(1)}`],
    ]);
    expect(organizationId(1)).toBe(contoso.id);
    expect(configuration().organizations).toEqual([contoso]);
  });
});
