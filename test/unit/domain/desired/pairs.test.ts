import type { RolePair } from '../../../../shared/domain/configuration/configuration.ts';
import type { ServiceConnection } from '../../../../shared/domain/azure-devops/service-connection.ts';
import { configuration, contoso, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { ACCOUNT, connectionId, roleArn } from '../../../builders/domain-ids.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import { after, federated, makePlan, runOnce, selectRole, showing } from '../../../builders/small-world.ts';
import { rules } from '../../../builders/rules.ts';

const pair = (number: number, fields: Partial<RolePair> = {}): RolePair => ({
  organization: contoso.name,
  project: 'P1',
  connection: `c${number}`,
  accounts: [ACCOUNT],
  path: '/azure-devops/',
  name: `r${number}`,
  type: 'aws',
  ...fields,
});
const paired = (...roles: readonly RolePair[]) => configuration({ grants: [grant({ roles })] });

/** A connection of another type says nothing of a role. */
const other = (number: number, fields: Partial<ServiceConnection> = {}) =>
  connection(number, {
    type: 'azurerm',
    requestedRoleArn: '',
    oidc: 'off',
    hasAccessKey: false,
    hasExternalId: false,
    ...fields,
  });
const r1 = roleArn('r1');
const SUBJECT = 'sc://contoso/P1/c1';
const isOpen = (seen: SmallWorld, subject = SUBJECT) =>
  JSON.stringify(selectRole(seen, r1).trust).includes(`"${subject}"`);
const listCodes = (seen: SmallWorld, number = 1) =>
  makePlan(seen)
    .findings.filter((found) => found.connectionId === connectionId(number))
    .map(({ code }) => code);

it('is read a few times a pair, however many connections ask and are recorded', () => {
  const numbers = Array.from({ length: 60 }, (_, index) => index + 1);
  let reads = 0;
  const counted = numbers.map((number) => {
    const { connection: name } = pair(number);
    const count = () => {
      reads++;
      return name;
    };
    return Object.defineProperty(pair(number), 'connection', { enumerable: true, get: count });
  });
  const done = federated(
    numbers.map((number) => connection(number)),
    { configuration: paired(...counted) },
  );
  reads = 0;
  expect(makePlan(done).changes).toEqual([]);
  expect(reads).toBeLessThan(10 * numbers.length);
});

describe('a grant of pairs', () => {
  const both = paired(pair(1), pair(2));

  it('gives each connection its own role', () => {
    const done = federated([connection(1), connection(2)], { configuration: both });
    expect([...done.iam.roles.keys()].sort()).toEqual([r1, roleArn('r2')]);
    expect(runOnce(after(5, done)).plan.changes).toEqual([]);
  });

  it.each<[string, ServiceConnection, readonly string[]]>([
    ['the role of another', connection(1, { requestedRoleArn: roleArn('r2') }), ['role.outside-grant']],
    ['a role of nobody', connection(1, { requestedRoleArn: roleArn('r9') }), ['role.outside-grant']],
    ['a connection of nobody', connection(3, { requestedRoleArn: r1 }), ['connection.without-grant']],
    [
      'its namesake of another project',
      connection(3, { references: [reference(2, 'c1')], requestedRoleArn: r1 }),
      ['connection.without-grant'],
    ],
  ])('gives nothing to %s', (_what, asking, codes) => {
    const done = federated([asking], { configuration: both });
    expect([...done.iam.roles.keys()]).toEqual([]);
    const number = asking.id === connectionId(1) ? 1 : 3;
    expect(listCodes(done, number)).toEqual(codes);
  });

  it('lets a shared connection in from the project of its pair alone', () => {
    const shared = connection(1, { references: [reference(1, 'c1'), reference(2, 'c1')] });
    const done = federated([shared], { configuration: both });
    expect([isOpen(done), isOpen(done, 'sc://contoso/P2/c1')]).toEqual([true, false]);
  });

  it('closes the role of a connection that now asks for that of another', () => {
    const done = federated([connection(1), connection(2)], { configuration: both });
    const swapped = [connection(1, { requestedRoleArn: roleArn('r2') }), connection(2)];
    const next = runOnce(showing(after(60, done), swapped)).world;
    expect(isOpen(next)).toBe(false);
    expect(JSON.stringify(selectRole(next, roleArn('r2')).trust)).not.toContain(SUBJECT);
  });
});

describe('a connection of any type', () => {
  const bound = paired(pair(1, { type: 'any' }), pair(2));
  const rested = after(60, federated([other(1), connection(2)], { configuration: bound }));
  const automatic = (seen: SmallWorld) => runOnce(seen, rules({ limits: seen.configuration.limits })).world;

  it('has the role of its pair by the configuration alone, and is then left in peace', () => {
    expect(isOpen(rested)).toBe(true);
    expect(runOnce(rested).plan.changes).toEqual([]);
    expect(listCodes(rested)).toEqual([]);
    expect(rested.recorded.find((item) => item.connectionId === connectionId(1))?.isOtherType).toBe(true);
  });

  it('has none without a pair, nor by one that waits for it to ask', () => {
    const done = federated([other(1), other(2)], { configuration: paired(pair(1)) });
    expect([...done.iam.roles.keys()]).toEqual([]);
  });

  it.each<[string, Partial<ServiceConnection>, boolean]>([
    ['docker', { type: 'dockerregistry' }, true],
    ['one whose type is not shown', { type: null, requestedRoleArn: null, oidc: null }, true],
    ['AWS that names no role', { type: 'AWS' }, true],
    ['AWS that names another role', { type: 'AWS', oidc: 'on', requestedRoleArn: roleArn('r9') }, true],
    ['one that is not ready', { isReady: false }, false],
    ['one that is disabled', { isDisabled: true }, false],
  ])('may be %s', (_what, fields, isThere) => {
    const done = federated([other(1, fields)], { configuration: bound });
    expect(done.iam.roles.has(r1)).toBe(isThere);
  });

  it('is let in under both names for a while when it is renamed and its pair follows', () => {
    const renamed = other(1, { references: [reference(1, 'new')] });
    const follows = paired(pair(1, { type: 'any', connection: 'new' }), pair(2));
    const done = runOnce({ ...showing(rested, [renamed, connection(2)]), configuration: follows }).world;
    expect([isOpen(done), isOpen(done, 'sc://contoso/P1/new')]).toEqual([true, true]);
  });

  it('is closed when the configuration gives it the role no more', () => {
    const done = runOnce({ ...rested, configuration: paired(pair(2)) }).world;
    expect(isOpen(done)).toBe(false);
  });

  it('keeps its role while its names are not shown', () => {
    const some = other(1, { references: [reference(2, 'elsewhere')], hidesReferences: 'some' });
    const seen = showing(rested, [some, connection(2)]);
    expect(listCodes(seen)).toEqual(['connection.not-shown']);
    expect(isOpen(automatic(seen))).toBe(true);
  });

  it('is missing when it is not listed, and keeps its role', () => {
    const gone = showing(rested, [connection(2)]);
    expect(listCodes(gone)).toContain('connection.missing');
    expect(isOpen(automatic(gone))).toBe(true);
  });

  it('is closed when another connection of whatever type has its name', () => {
    const namesake = other(9, { type: 'kubernetes', references: [reference(1, 'c1')] });
    const taken = showing(rested, [namesake, connection(2)]);
    expect(listCodes(taken)).toContain('connection.recreated');
    expect(isOpen(automatic(taken))).toBe(false);
  });

  it('is told when it names another role than it is given', () => {
    const names = other(1, { type: 'AWS', oidc: 'on', requestedRoleArn: roleArn('r9') });
    expect(listCodes(federated([names], { configuration: bound }))).toEqual(['role.outside-grant']);
  });

  it('is undecided while two pairs give it two roles, and keeps what it has', () => {
    const twice = paired(pair(1, { type: 'any' }), pair(1, { type: 'any', project: 'P2', name: 'r2' }));
    const shared = other(1, { references: [reference(1, 'c1'), reference(2, 'c1')] });
    const seen = { ...showing(rested, [shared]), configuration: twice };
    expect(listCodes(seen)).toEqual(['grant.ambiguous']);
    expect(isOpen(automatic(seen))).toBe(true);
  });
});

describe('a pair whose connection was renamed', () => {
  const NEW = 'sc://contoso/P1/new';
  const named = (name: string) => ({ references: [reference(1, name)] });
  const twoOfEach = paired(pair(1), pair(2));
  const shareRoles = (...roles: readonly RolePair[]) =>
    configuration({ grants: [grant({ roles, shareRole: true })] });
  const rest = (connections: readonly ServiceConnection[], asked = twoOfEach) =>
    after(60, federated(connections, { configuration: asked }));
  /** As the connection is renamed, and again when its former name is let in no more. */
  const rename = (past: SmallWorld, connections: readonly ServiceConnection[]) => {
    const overlap = runOnce(showing(past, connections)).world;
    return { overlap, ended: runOnce(after(40, overlap)).world };
  };
  const renamed = connection(1, named('new'));

  it('follows it, says what to edit, and rests', () => {
    const { overlap, ended } = rename(rest([connection(1), connection(2)]), [renamed, connection(2)]);
    expect([isOpen(overlap), isOpen(overlap, NEW)]).toEqual([true, true]);
    expect([isOpen(ended), isOpen(ended, NEW)]).toEqual([false, true]);
    const { findings, changes, recordSyncs } = makePlan(after(60, ended));
    expect([changes, recordSyncs]).toEqual([[], []]);
    expect(findings.find(({ code }) => code === 'connection.pair-renamed')).toMatchObject({
      connectionId: connectionId(1),
      message: expect.stringContaining('roles[0] of grant') as unknown,
      evidence: {
        pair: 0,
        configured: { project: 'P1', connection: 'c1' },
        now: { project: 'P1', connection: 'new' },
      },
    });
  });

  it('follows it when the project was renamed, and a connection of any type', () => {
    const moved = { references: [{ ...reference(1, 'c1'), projectName: 'Shop' }] };
    const bound = paired(pair(1, { type: 'any' }));
    const past = rest([other(1)], bound);
    const { ended } = rename(past, [other(1, moved)]);
    expect(isOpen(ended, 'sc://contoso/Shop/c1')).toBe(true);
    expect(listCodes(ended)).toEqual(['connection.pair-renamed']);
  });

  it('is left alone, and forgotten, when the configuration follows', () => {
    const { ended } = rename(rest([connection(1)]), [renamed]);
    const edited = { ...ended, configuration: paired(pair(1, { connection: 'new' })) };
    expect(makePlan(edited).changes).toEqual([]);
    const next = runOnce(edited).world;
    expect([isOpen(next, NEW), listCodes(next)]).toEqual([true, []]);
    expect(next.recorded[0]?.role?.pairedAs).toBeUndefined();
    // The former pair gives it nothing any more.
    const back = runOnce({ ...next, configuration: paired(pair(1)) }).world;
    expect(isOpen(back, NEW)).toBe(false);
  });

  it.each<[string, number]>([
    ['soon after', 5],
    ['long after', 300],
  ])('gives nothing to another connection that takes the former name %s', (_when, minutes) => {
    for (const type of ['aws', 'any'] as const) {
      const make = type === 'aws' ? connection : other;
      const shared = shareRoles(pair(1, { type }));
      const { ended } = rename(rest([make(1)], shared), [make(1, named('new'))]);
      const newcomer = make(3, { ...named('c1'), ...(type === 'aws' ? { requestedRoleArn: r1 } : {}) });
      const seen = showing(after(minutes, ended), [make(1, named('new')), newcomer]);
      expect(listCodes(seen, 3)).toContain('connection.pair-of-another');
      const next = runOnce(seen).world;
      expect([isOpen(next), isOpen(next, NEW)]).toEqual([false, true]);
      // Nor when the renamed one is not listed any more.
      const alone = runOnce(showing(after(60, next), [newcomer])).world;
      expect([isOpen(alone), isOpen(alone, NEW)]).toEqual([false, true]);
    }
  });

  it('gives nothing to another of the former name when the renamed one is gone for good', () => {
    const shared = shareRoles(pair(1));
    const { ended } = rename(rest([connection(1)], shared), [renamed]);
    const gone = {
      ...ended,
      recorded: ended.recorded.map((item) => ({
        ...item,
        retiring: {
          by: 'arn:aws:iam::111122223333:user/me',
          at: ended.now,
          reason: 'Gone.',
        },
      })),
    };
    const closed = runOnce(showing(after(5, gone), [])).world;
    expect(isOpen(closed, NEW)).toBe(false);
    const newcomer = connection(3, { ...named('c1'), requestedRoleArn: r1 });
    const next = showing(after(60, closed), [newcomer]);
    expect(listCodes(next, 3)).toContain('connection.recreated');
    expect(isOpen(runOnce(next).world)).toBe(false);
  });

  it('keeps each role when two connections swap their names', () => {
    const swapped = [connection(1, named('c2')), connection(2, named('c1'))];
    const { ended } = rename(rest([connection(1), connection(2)]), swapped);
    expect([isOpen(ended, 'sc://contoso/P1/c2'), isOpen(ended)]).toEqual([true, false]);
    expect(JSON.stringify(selectRole(ended, roleArn('r2')).trust)).toContain('"sc://contoso/P1/c1"');
  });

  it('does not follow what only a record says of a connection that never had the role', () => {
    const past = rest([connection(1), connection(2)]);
    const forged = {
      ...past,
      recorded: past.recorded.map((item) =>
        item.connectionId === connectionId(2) && item.role
          ? { ...item, earlier: [{ ...item.role, arn: r1, pairedAs: [reference(1, 'c1')] }] }
          : item,
      ),
    };
    const next = runOnce(showing(forged, [connection(1), connection(2, { requestedRoleArn: r1 })])).world;
    expect([isOpen(next), isOpen(next, 'sc://contoso/P1/c2')]).toEqual([true, false]);
  });
});
