import { toServiceConnection } from '../../../../shared/adapters/azure-devops/mapping.ts';
import { EndpointDocument } from '../../../../shared/adapters/azure-devops/schema.ts';
import { trippingBreakers } from '../../../../shared/domain/guard/circuit-breakers.ts';
import { viewConnections } from '../../../../shared/domain/azure-devops/inventory.ts';
import { complete } from '../../../../shared/domain/kernel/result.ts';
import type { ServiceConnection } from '../../../../shared/domain/azure-devops/service-connection.ts';
import { configuration, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { connectionId, projectId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  after,
  federated,
  runOnce,
  runTimes,
  makePlan,
  selectRole,
  showing,
  world,
} from '../../../builders/small-world.ts';

const r1 = roleArn('r1');
const closing = configuration({ grants: [grant({ retire: 'close' })] });
const before = after(60, federated([connection(1)], { configuration: closing }));

const parameters = {
  username: '',
  password: null,
  sessionToken: null,
  assumeRoleArn: r1 as string,
  roleSessionName: '',
  externalId: '',
  useOIDC: 'true',
};
const allNull = Object.fromEntries(Object.keys(parameters).map((key) => [key, null]));
const whole = {
  id: connectionId(1) as string,
  name: 'c1',
  type: 'AWS',
  authorization: { scheme: 'UsernamePassword', parameters },
  isReady: true,
  isDisabled: false,
  serviceEndpointProjectReferences: [{ projectReference: { id: projectId(1), name: 'P1' }, name: 'c1' }],
};

/** The connection as P1 lists it, with some members as the answer had them. */
const parseShown = (fields: object): ServiceConnection =>
  toServiceConnection(EndpointDocument.parse({ ...whole, ...fields }), { id: projectId(1), name: 'P1' });
const withParameters = (fields: object) => ({
  authorization: { scheme: 'UsernamePassword', parameters: { ...parameters, ...fields } },
});
const admitsSubject = (seen: SmallWorld, subject = 'sc://contoso/P1/c1') =>
  JSON.stringify(selectRole(seen, r1).trust).includes(subject);

/** P1 lists the connection, whatever it is called there. */
const listing = (past: SmallWorld, one: ServiceConnection): SmallWorld => {
  const [first] = past.inventories;
  if (!first) throw new Error('There is an inventory.');
  const projects = complete([{ id: projectId(1), name: 'P1', connections: complete([one]) }]);
  return { ...past, inventories: [{ ...first, projects }] };
};
const found = ({ findings }: ReturnType<typeof makePlan>) =>
  findings.filter(({ code }) => code !== 'issuer.retiring');

/** Documents of a connection that is known to be one of AWS and does not plainly say what it asks for. */
const hidden: readonly (readonly [string, object])[] = [
  ['no authorization', { authorization: undefined }],
  ['null for authorization', { authorization: null }],
  ['an empty authorization', { authorization: {} }],
  ['the scheme alone', { authorization: { scheme: 'UsernamePassword' } }],
  ['null for parameters', { authorization: { scheme: 'UsernamePassword', parameters: null } }],
  ['no parameter', { authorization: { scheme: 'UsernamePassword', parameters: {} } }],
  ['parameters that are null', { authorization: { scheme: 'UsernamePassword', parameters: allNull } }],
  ['neither authorization nor type', { authorization: undefined, type: undefined }],
  ['null for both', { authorization: null, type: null }],
  ['null for Use OIDC', withParameters({ useOIDC: null })],
  ['no Use OIDC', withParameters({ useOIDC: undefined })],
  ['null for the role', withParameters({ assumeRoleArn: null })],
  ['no role', withParameters({ assumeRoleArn: undefined })],
  ['a number for the role', withParameters({ assumeRoleArn: 7 })],
  ['neither a name nor references', { name: null, serviceEndpointProjectReferences: null }],
];

describe('a federated connection that is listed and not shown', () => {
  it.each(hidden)('keeps its role with %s, over six runs, and is named', (_what, fields) => {
    const shown = listing(before, parseShown(fields));
    const plan = makePlan(shown);
    expect(plan.changes).toEqual([]);
    expect(plan.isPartial).toBe(true);
    expect(plan.findings).toContainEqual(
      expect.objectContaining({ code: 'connection.not-shown', connectionId: connectionId(1) }),
    );
    const later = runTimes(6, shown);
    expect(admitsSubject(later)).toBe(true);
    expect(later.recorded[0]?.role?.closed).toBeUndefined();
  });

  it.each(hidden)('is narrowed to what is recorded all the same with %s', (_what, fields) => {
    const role = selectRole(before, r1);
    const open = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
    };
    const opened = withRole(before.iam, {
      ...role,
      trust: { ...role.trust, Statement: [...[role.trust.Statement].flat(), ...open.Statement] },
    } as typeof role);
    const narrowed = runOnce(listing({ ...before, iam: opened }, parseShown(fields))).world;
    expect(JSON.stringify(selectRole(narrowed, r1).trust)).not.toContain('"*"');
    expect(admitsSubject(narrowed)).toBe(true);
  });

  it.each<[string, object]>([
    ['false', withParameters({ useOIDC: 'false' })],
    ['an empty text', withParameters({ useOIDC: '' })],
    ['false, and nothing else', { authorization: { parameters: { useOIDC: 'false' } } }],
    ['false, and no type', { ...withParameters({ useOIDC: 'false' }), type: null }],
  ])('is closed when Use OIDC is positively seen as %s', (_what, fields) => {
    const closed = runOnce(listing(before, parseShown(fields)));
    expect(admitsSubject(closed.world)).toBe(false);
    expect(closed.plan.isPartial).toBe(false);
  });

  it.each<[string, object]>([
    ['type', { type: null }],
    ['username', withParameters({ username: null })],
    ['isDisabled', { isDisabled: undefined }],
    ['references', { serviceEndpointProjectReferences: null }],
  ])('is as it was when only its %s is not shown', (_what, fields) => {
    const plan = makePlan(listing(before, parseShown(fields)));
    expect([plan.changes, found(plan), plan.isPartial]).toEqual([[], [], false]);
  });

  it('keeps the projects that are let in when the references are not shown', () => {
    const shared = connection(1, { references: [reference(1, 'c1'), reference(2, 'c1')] });
    const two = after(60, federated([shared], { configuration: closing }));
    const seen = showing(two, [parseShown({ serviceEndpointProjectReferences: null })]);
    expect(makePlan(seen)).toMatchObject({ changes: [], isPartial: true });
    expect(admitsSubject(runTimes(3, seen), 'sc://contoso/P2/c1')).toBe(true);
  });

  it('is closed to the one who holds its name, whatever is shown of that one', () => {
    const other = parseShown({ id: connectionId(2), type: null, authorization: null });
    expect(admitsSubject(runOnce(showing(before, [other])).world)).toBe(false);
  });
});

describe('a connection that nothing is recorded of', () => {
  const fresh = (fields: object) =>
    makePlan(listing(world([], { configuration: closing }), parseShown(fields)));

  it.each(hidden.filter(([what]) => !/^no (?:Use OIDC|role)$/.test(what)))(
    'gets no role with %s, and is named',
    (_what, fields) => {
      const plan = fresh(fields);
      expect(plan.changes.filter(({ target }) => target === 'role')).toEqual([]);
      expect(plan.findings.map(({ code }) => code)).toContain('connection.not-shown');
      expect(plan.isPartial).toBe(true);
    },
  );

  it('asks for nothing with parameters that older toolkits did not have, and nobody has to fix that', () => {
    const plan = fresh(withParameters({ useOIDC: undefined }));
    expect([plan.changes, plan.isPartial]).toEqual([[], false]);
    expect(found(fresh(withParameters({ assumeRoleArn: undefined }))).map(({ code }) => code)).toEqual([
      'connection.without-role',
    ]);
  });

  it('gets no role while it is not shown whether it is ready', () => {
    const plan = fresh({ isReady: null });
    expect(plan.changes.filter(({ target }) => target === 'role')).toEqual([]);
    expect(found(plan)).toMatchObject([{ code: 'connection.not-shown', evidence: { isUndecided: false } }]);
  });

  it('is nobody’s matter without a type, where no grant is about its name', () => {
    const elsewhere = configuration({
      grants: [grant({ connections: { organization: '*', project: 'P9', name: '*' } })],
    });
    const plan = makePlan(
      world([parseShown({ type: null, authorization: null })], { configuration: elsewhere }),
    );
    expect([found(plan), plan.isPartial]).toEqual([[], false]);
  });
});

describe('many that are not shown at once', () => {
  const all = [1, 2, 3, 4, 5].map((number) => connection(number));
  const five = after(60, federated(all, { configuration: closing }));
  const hide = (count: number) =>
    showing(
      five,
      all.map((one, index) =>
        index < count
          ? {
              ...one,
              type: null,
              oidc: null,
              requestedRoleArn: null,
              hasAccessKey: null,
              hasExternalId: null,
            }
          : one,
      ),
    );

  it.each([
    [3, []],
    [4, ['absence']],
  ])('trip the breaker of absence: %d of 5', (count, expected) => {
    const tripping = trippingBreakers(makePlan(hide(count)), { ...closing.limits, absencePercent: 10 });
    expect(tripping.map((scope) => scope.of)).toEqual(expected);
  });
});

describe('a connection that several projects list', () => {
  const hiddenOne = parseShown({ type: null, authorization: null, serviceEndpointProjectReferences: null });
  const viewBoth = (first: ServiceConnection, second: ServiceConnection) => {
    const [one] = world([]).inventories;
    if (!one) throw new Error('There is an inventory.');
    const listed = (number: number, connection: ServiceConnection) => ({
      id: projectId(number),
      name: `P${number}`,
      connections: complete([connection]),
    });
    return viewConnections({ ...one, projects: complete([listed(1, first), listed(2, second)]) });
  };

  it.each([
    [hiddenOne, parseShown({})],
    [parseShown({}), hiddenOne],
  ])('is known by all that any of them shows', (first, second) => {
    const { connections, unsettled } = viewBoth(first, second);
    expect(unsettled.size).toBe(0);
    expect(connections.get(connectionId(1))).toEqual(parseShown({}));
  });

  it('is unsettled where two show different things', () => {
    expect(viewBoth(parseShown({}), parseShown(withParameters({ useOIDC: 'false' }))).unsettled.size).toBe(1);
  });

  it('keeps both names of a project that is told under two: either may be held', () => {
    const other = parseShown({ name: 'c9', serviceEndpointProjectReferences: null });
    const { connections, unsettled } = viewBoth(parseShown({}), other);
    expect(unsettled.size).toBe(1);
    expect(connections.get(connectionId(1))?.references.map(({ name }) => name)).toEqual(['c1', 'c9']);
  });
});
