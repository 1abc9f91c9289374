import { selectGroup } from '../../../../shared/domain/adoption/adoption-groups.ts';
import { summarizeCandidate } from '../../../../shared/domain/adoption/adoption-text.ts';
import type { AdoptionConsent } from '../../../../shared/domain/adoption/adoption-survey.ts';
import { decideAdoption, surveyAdoption } from '../../../../shared/domain/adoption/adoption-survey.ts';
import { indexSubjects } from '../../../../shared/domain/adoption/named-connections.ts';
import { proposeSharedGrant, reconcileProposals } from '../../../../shared/domain/adoption/shared-grant.ts';
import type { UseEvidence } from '../../../../shared/domain/adoption/use-evidence.ts';
import { designRoles } from '../../../../shared/domain/desired/desired-roles.ts';
import { guard } from '../../../../shared/domain/guard/guard.ts';
import type { ObservedRole } from '../../../../shared/domain/iam/role.ts';
import type { PolicyDocument, Statement } from '../../../../shared/domain/policy/policy-document.ts';
import { toList } from '../../../../shared/domain/policy/policy-document.ts';
import { configuration, contoso, grant } from '../../../builders/configuration.ts';
import { connection } from '../../../builders/connection.ts';
import { ACCOUNT, connectionId, projectId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import { rules } from '../../../builders/rules.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  after,
  federated,
  makePlan,
  observation,
  selectRole,
  showing,
} from '../../../builders/small-world.ts';

const r1 = roleArn('r1');
const made = selectRole(federated([connection(1)]), r1);
const unmarked = Object.fromEntries(Object.entries(made.tags).filter(([key]) => !key.startsWith('azfed:')));
const nobody: AdoptionConsent = { open: new Set(), despiteUse: new Set() };

/** A role that somebody else made, as azfed would have made it but for these fields; `permissions` are theirs. */
function makeTheirs(fields: Partial<ObservedRole>, more: readonly number[] = []): SmallWorld {
  const bare = federated([connection(2)]);
  const seen = showing(after(60, bare), [
    connection(1),
    connection(2),
    ...more.map((one) => connection(one)),
  ]);
  const role: ObservedRole = { ...made, tags: unmarked, description: 'by hand', ...fields };
  return { ...seen, iam: withRole(seen.iam, role) };
}

function survey(seen: SmallWorld) {
  const plan = makePlan(seen, [observation(seen.iam)], 'adopt');
  const initiator = { trigger: 'person', actor: 'arn:aws:iam::999999999999:user/ana' } as const;
  return surveyAdoption({
    desiredRoles: designRoles(seen.configuration, seen.inventories, seen.recorded, seen.now),
    observations: [observation(seen.iam)],
    recorded: seen.recorded,
    changes: guard(plan, rules({ initiator, now: seen.now })).changes,
    plan,
    neverWorks: new Map(),
    connections: indexSubjects(seen.configuration.organizations, seen.inventories),
  });
}

const [own] = toList<Statement>(made.trust.Statement);
const withSubject = (subject: string, operator = 'StringEquals'): PolicyDocument =>
  JSON.parse(
    JSON.stringify(made.trust)
      .replace(/"StringEquals"/, JSON.stringify(operator))
      .replaceAll(/sc:\/\/contoso\/[^"]*/g, subject),
  ) as PolicyDocument;
const withOwn = (fields: object): PolicyDocument =>
  JSON.parse(JSON.stringify({ ...made.trust, Statement: [{ ...own, ...fields }] })) as PolicyDocument;
const provider = /arn:aws:iam::[^"]*oidc-provider[^"]*/.exec(JSON.stringify(made.trust))?.[0] ?? '';
const github = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com';
const subject = /sc:\/\/contoso\/[^"]*/.exec(JSON.stringify(made.trust))?.[0] ?? '';

it.each<{ what: string; fields: Partial<ObservedRole>; expected: object }>([
  { what: 'nothing but ownership', fields: {}, expected: { effect: 'ownership', opens: false, lost: [] } },
  {
    what: 'a trust that is only spelled otherwise',
    fields: { trust: withSubject(subject, 'StringLike') },
    expected: { effect: 'ownership', opens: false, lost: [] },
  },
  {
    what: 'a trust that lets in a whole project',
    fields: { trust: withSubject('sc://contoso/P1/*', 'StringLike') },
    expected: { effect: 'trust', opens: false, lost: [{ kind: 'pattern', value: 'sc://contoso/P1/*' }] },
  },
  ...[
    'StringEqualsIgnoreCase',
    'StringEqualsIfExists',
    'ForAllValues:StringEquals',
    'ForAnyValue:StringEquals',
  ].map((operator) => ({
    what: `a trust that asks for the subject by ${operator}`,
    fields: { trust: withSubject(subject, operator) },
    expected: { effect: 'ownership', opens: false, lost: [], lostConnections: [] },
  })),
  {
    what: 'a list of one provider',
    fields: { trust: withOwn({ Principal: { Federated: [provider] } }) },
    expected: { effect: 'ownership', lost: [] },
  },
  {
    what: 'a second provider, whose tokens lack the subject that is asked for',
    fields: { trust: withOwn({ Principal: { Federated: [provider, github] } }) },
    expected: { effect: 'ownership', lost: [] },
  },
  ...[
    { Action: 'sts:*' },
    { Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'] },
    { Action: undefined, NotAction: 'sts:AssumeRole' },
  ].map((action) => ({
    what: `more than the one action: ${JSON.stringify(action)}`,
    fields: { trust: withOwn(action) },
    expected: {
      effect: 'trust',
      lostConnections: [],
      lost: [
        { kind: 'action', value: 'sts:TagSession' },
        { kind: 'action', value: 'sts:SetSourceIdentity' },
      ],
    },
  })),
  {
    what: 'a role beside the provider, which the action does not let in',
    fields: { trust: withOwn({ Principal: { Federated: provider, AWS: '123456789012' } }) },
    expected: { effect: 'ownership', lost: [] },
  },
  {
    what: 'a role beside the provider, under every action',
    fields: { trust: withOwn({ Principal: { Federated: provider, AWS: '123456789012' }, Action: 'sts:*' }) },
    expected: { effect: 'trust', lost: [{ kind: 'action' }, { kind: 'action' }, { kind: 'principal' }] },
  },
  {
    what: 'a pattern that matches names of another project',
    fields: { trust: withSubject('sc://contoso/*', 'StringLike') },
    expected: { effect: 'trust', lost: [{ kind: 'pattern', value: 'sc://contoso/*' }] },
  },
  {
    what: 'a trust that lets in somebody by hand too',
    fields: {
      trust: {
        ...made.trust,
        Statement: [
          own ?? {},
          { Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' },
        ],
      },
    },
    expected: { effect: 'trust', lost: [{ kind: 'principal', value: '123456789012' }] },
  },
  {
    what: 'a trust that lets in another connection alone',
    fields: { trust: withSubject('sc://contoso/P1/other') },
    expected: { opens: true, lost: [{ kind: 'subject', value: 'sc://contoso/P1/other' }] },
  },
  {
    what: 'another policy',
    fields: { managedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
    expected: { effect: 'policies', lost: [] },
  },
  {
    what: 'the mark of another connection',
    fields: { tags: { 'azfed:connection': connectionId(9) } },
    expected: { refusal: { reason: 'foreign-mark' } },
  },
  {
    what: 'an AWS template',
    fields: { isFromTemplate: true },
    expected: { refusal: { reason: 'finding', code: 'role.from-template' } },
  },
])('says of a role with $what what adoption changes', ({ fields, expected }) => {
  const { candidates, managed } = survey(makeTheirs(fields));
  expect(candidates).toMatchObject([{ roleArn: r1, ...expected }]);
  expect(managed).toEqual([roleArn('r2')]);
});

it('refuses what its grant only observes, and what was made anew under the name of a managed role', () => {
  const theirs = makeTheirs({});
  const observed = { ...theirs, configuration: configuration({ grants: [grant({ mode: 'observe' })] }) };
  expect(survey(observed).candidates).toMatchObject([
    { refusal: { reason: 'blocked', blockedBy: 'mode-observe' } },
  ]);
  const kept = federated([connection(1)]);
  const replaced = {
    ...after(60, kept),
    iam: withRole(kept.iam, { ...made, id: 'AROASOMEBODYELSE00001' as ObservedRole['id'] }),
  };
  expect(survey(replaced).candidates).toMatchObject([{ refusal: { reason: 'replaced' } }]);
});

const unused: UseEvidence = { state: 'unused' };
const used: UseEvidence = { state: 'used', by: [] };
const unread: UseEvidence = { state: 'unknown', reason: 'unread', message: '' };
const loose = { trust: withSubject('sc://contoso/P1/*', 'StringLike') };
const dead = { trust: withSubject('sc://contoso/P1/other') };

it.each<{
  fields: Partial<ObservedRole>;
  evidence?: UseEvidence;
  consent?: Partial<AdoptionConsent>;
  reason: string | undefined;
}>([
  { fields: {}, reason: undefined },
  { fields: loose, evidence: unused, reason: undefined },
  { fields: loose, evidence: used, reason: 'in-use' },
  { fields: loose, evidence: unread, reason: 'use-unknown' },
  { fields: loose, reason: 'use-unknown' },
  { fields: loose, evidence: used, consent: { despiteUse: new Set([r1]) }, reason: undefined },
  { fields: dead, evidence: unused, reason: 'opens' },
  { fields: dead, evidence: used, consent: { despiteUse: new Set([r1]) }, reason: 'opens' },
  { fields: dead, evidence: used, consent: { open: new Set([r1]) }, reason: 'in-use' },
  { fields: dead, evidence: unused, consent: { open: new Set([r1]) }, reason: undefined },
])('decides by evidence and by what a person has named (%#)', ({ fields, evidence, consent, reason }) => {
  const [candidate] = survey(makeTheirs(fields)).candidates;
  if (!candidate) throw new Error('There is nothing to adopt.');
  expect(decideAdoption(candidate, evidence, { ...nobody, ...consent }).refusal?.reason).toBe(reason);
});

it.each([{ open: nobody.open }, { open: new Set([r1]) }])(
  'shows a role that adoption opens as such, whether a person has named it or not (%#)',
  (consent) => {
    const [candidate] = survey(makeTheirs(dead)).candidates;
    if (!candidate) throw new Error('There is nothing to adopt.');
    const decided = decideAdoption(candidate, unused, { ...nobody, ...consent });
    expect(selectGroup(decided)).toBe('opens');
    expect(summarizeCandidate(decided)).not.toContain('only spelled anew');
    expect(summarizeCandidate(decided).startsWith('is opened')).toBe(consent.open.has(r1));
  },
);

it.each([
  { usedActions: ['iam:CreateUser'], reason: 'cuts-used' },
  { usedActions: ['iam:CreateUser'], consent: { despiteUse: new Set([r1]) }, reason: undefined },
  // IAM cannot say of most actions that they were not used.
  { usedActions: [], untracked: ['iam:PassRole'], reason: undefined },
])('leaves alone a role that has used what its boundary cuts off (%#)', (row) => {
  const [candidate] = survey(makeTheirs({})).candidates;
  if (!candidate) throw new Error('There is nothing to adopt.');
  const { usedActions, consent = {}, untracked = [], reason } = row;
  const cut = {
    ...{ boundary: 'b', actions: ['iam:*'], unread: [], use: 'used' as const },
    ...{ usedActions, usedServices: [], untracked },
  };
  const decided = decideAdoption({ ...candidate, cut }, undefined, { ...nobody, ...consent });
  expect(decided.refusal?.reason).toBe(reason);
});

it('proposes a grant for exactly the connections that used a role', () => {
  const seen = makeTheirs(loose, [3, 4]);
  const [candidate] = survey(seen).candidates;
  if (!candidate) throw new Error('There is nothing to adopt.');
  const connections = indexSubjects(seen.configuration.organizations, seen.inventories);
  const subjects = [...connections.keys()];
  const by = (name: string | undefined) => ({
    by: { kind: 'token' as const, provider: '', subject: name ?? '', audience: '' },
    lastAt: '2026-11-22T08:00:00.000Z',
    times: 1,
  });
  const third = subjects.find((one) => connections.get(one)?.id === connectionId(3));
  const proposal = proposeSharedGrant(candidate, [by(third), by('sc://contoso/gone/gone')], connections);
  expect(proposal?.connections.map(({ id }) => id).sort()).toEqual([connectionId(1), connectionId(3)]);
  expect(proposeSharedGrant(candidate, [], connections)).toBeUndefined();
});

it('proposes grants that a configuration can hold together', () => {
  const docker = (number: number) => ({
    ...{ id: connectionId(number), organization: contoso.name, project: 'P1', projectId: projectId(1) },
    ...{ name: `c${number}`, type: 'docker', requestedRoleArn: '', issuer: '', audience: '' },
  });
  const aws = (number: number, name: string) => ({
    ...docker(number),
    ...{ type: 'AWS', requestedRoleArn: roleArn(name) },
  });
  const propose = (name: string, ...connections: readonly ReturnType<typeof docker>[]) => ({
    ...{ roleArn: roleArn(name), grant: 'g', connections },
  });
  const bound = { organization: contoso.name, project: 'P1', connection: 'c5', type: 'any' } as const;
  const grants = [grant({ roles: [{ ...bound, accounts: [ACCOUNT], path: '/azure-devops/', name: 'r9' }] })];
  const decided = reconcileProposals(
    [
      propose('b', docker(1), docker(2), docker(4)),
      propose('a', aws(3, 'a'), docker(1), docker(5)),
      propose('c', aws(3, 'a'), docker(6)),
    ],
    configuration({ grants }),
  );
  const show = (name: string) => {
    const { connections = [], leftOut = [] } = decided.get(roleArn(name)) ?? {};
    return [connections, leftOut].map((some) => some.map((one) => one.name).join(' '));
  };
  expect([show('a'), show('b'), show('c')]).toEqual([
    ['c3 c1', 'c5'],
    ['c2 c4', 'c1'],
    ['', ''],
  ]);
});
