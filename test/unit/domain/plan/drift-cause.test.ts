import type { KnownActor } from '../../../../shared/domain/attribution/actor.ts';
import { actorName } from '../../../../shared/domain/attribution/actor.ts';
import { canExplain, likeliest } from '../../../../shared/domain/plan/drift-cause.ts';
import { findActor } from '../../../../shared/application/attribution/attribute.ts';
import type { ActorSource } from '../../../../shared/ports/accounts.ts';
import { parseAccountId } from '../../../../shared/domain/kernel/ids.ts';

const drifted = (path: string, sides: { expected?: unknown; actual?: unknown }) => ({
  target: 'role' as const,
  cause: 'drift' as const,
  differences: [{ path, ...sides }],
});
const gone = { ...drifted('role', { expected: {} }), cause: 'gone' as const };
const here = { actual: 'x' };
const away = { expected: 'x' };
const provider = { target: 'provider' as const, cause: 'gone' as const, differences: [] };

it.each([
  ['a deletion, by DeleteRole', gone, ['DeleteRole']],
  ['a trust', drifted('trust.Statement[1]', here), ['UpdateAssumeRolePolicy']],
  ['a boundary that is gone', drifted('boundary', away), ['DeleteRolePermissionsBoundary']],
  ['another boundary', drifted('boundary', { ...away, ...here }), ['PutRolePermissionsBoundary']],
  [
    'a policy that was attached',
    drifted('policies.managed.arn:aws:iam::aws:policy/A', here),
    ['AttachRolePolicy'],
  ],
  [
    'a policy that was detached',
    drifted('policies.managed.arn:aws:iam::aws:policy/A', away),
    ['DetachRolePolicy'],
  ],
  ['an inline policy that was added', drifted('policies.inline.extra', here), ['PutRolePolicy']],
  [
    'an inline policy that is gone',
    drifted('policies.inline.deploy', away),
    ['PutRolePolicy', 'DeleteRolePolicy'],
  ],
  ['a session length', drifted('maxSessionDuration', { ...away, ...here }), ['UpdateRole']],
  ['a description', drifted('description', { ...away, ...here }), ['UpdateRole', 'UpdateRoleDescription']],
  ['a tag', drifted('tags.team', here), ['TagRole']],
  ['a tag that is gone', drifted('tags.team', away), ['UntagRole']],
  ['a provider that is gone', provider, ['DeleteOpenIDConnectProvider']],
  [
    'an audience that is gone',
    { ...provider, cause: 'drift' as const },
    ['RemoveClientIDFromOpenIDConnectProvider', 'DeleteOpenIDConnectProvider', 'CreateOpenIDConnectProvider'],
  ],
])('explains %s', (_what, change, names) => {
  const known = [
    'CreateRole',
    'DeleteRole',
    'UpdateRole',
    'UpdateRoleDescription',
    'UpdateAssumeRolePolicy',
    'AttachRolePolicy',
    'DetachRolePolicy',
    'PutRolePolicy',
    'DeleteRolePolicy',
    'PutRolePermissionsBoundary',
    'DeleteRolePermissionsBoundary',
    'TagRole',
    'UntagRole',
    'CreateOpenIDConnectProvider',
    'DeleteOpenIDConnectProvider',
    'AddClientIDToOpenIDConnectProvider',
    'RemoveClientIDFromOpenIDConnectProvider',
    'SomethingNew',
  ];
  expect(known.filter((name) => canExplain(change, name)).sort()).toEqual([...names].sort());
});

const by = (person: string, minute: number, eventName: string): KnownActor => ({
  source: 'event',
  principal: 'arn:aws:iam::123456789012:role/ops',
  sessionName: person,
  eventId: `${person}-${minute}`,
  eventName,
  time: `2026-11-22T09:0${minute}:00.000Z`,
  link: 'https://example.com',
});
const knowing = (...actors: readonly KnownActor[]): ActorSource => ({
  list: (_account, _target, _since, explains) =>
    Promise.resolve(actors.filter(({ eventName }) => explains(eventName))),
});

describe('who caused drift', () => {
  const account = { id: parseAccountId('123456789012') ?? ('' as never), partition: 'aws' as const };
  const find = (sources: readonly ActorSource[], change: Parameters<typeof canExplain>[0]) =>
    findActor(sources, account, { kind: 'role', name: 'deploy' }, 0, (name) => canExplain(change, name));

  it('is who deleted the role, and not who changed its trust two minutes before and was told of first', async () => {
    const notified = knowing(by('alice', 1, 'UpdateAssumeRolePolicy'));
    const history = knowing(by('bob', 3, 'DeleteRole'), by('alice', 1, 'UpdateAssumeRolePolicy'));
    expect(await find([notified, history], gone)).toEqual(by('bob', 3, 'DeleteRole'));
    expect(await find([notified], gone)).toMatchObject({ source: 'unknown' });
  });

  it('is the latest of all sources, whichever knows it', async () => {
    const early = knowing(by('alice', 1, 'UpdateAssumeRolePolicy'));
    const late = knowing(by('bob', 2, 'UpdateAssumeRolePolicy'));
    for (const sources of [
      [early, late],
      [late, early],
    ])
      expect(await find(sources, drifted('trust', here))).toMatchObject({
        sessionName: 'bob',
        isProbable: true,
      });
  });

  it('is probably the last where several people can have done it, and surely where it was one', () => {
    const [first, second, third] = [
      by('alice', 1, 'TagRole'),
      by('bob', 2, 'TagRole'),
      by('bob', 3, 'TagRole'),
    ];
    expect(actorName(likeliest([first, second]) ?? first)).toBe(
      'probably bob (arn:aws:iam::123456789012:role/ops)',
    );
    expect(likeliest([second, third])).toEqual(third);
    expect(likeliest([second, { ...second, source: 'lookup' }])).toEqual(second);
    expect(likeliest([])).toBeUndefined();
  });
});
