import { readFileSync } from 'node:fs';
import type { Account } from '../../../../shared/domain/configuration/configuration.ts';
import { readTrailRecord } from '../../../../shared/domain/attribution/iam-change.ts';
import { ACCOUNT, roleArn } from '../../../builders/domain-ids.ts';

type Fields = Record<string, unknown>;

const { detail: record } = JSON.parse(readFileSync('test/fixtures/events/cloudtrail-user.json', 'utf8')) as {
  detail: Fields & { userIdentity: Fields };
};
const SPOKE = roleArn('azfed-spoke', '/');
const RETIRE = roleArn('azfed-spoke-retire', '/');
const account: Account = {
  id: ACCOUNT,
  partition: 'aws',
  assumeRole: SPOKE,
  readRole: roleArn('azfed-spoke-read', '/'),
  retireRole: RETIRE,
};

const read = (fields: Fields) => readTrailRecord({ ...record, ...fields }, 'event', [account]);

/** A session of a role, as CloudTrail tells it. */
const session = (role: string, name: string) => ({
  type: 'AssumedRole',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role.split('/').at(-1) ?? ''}/${name}`,
  sessionContext: { sessionIssuer: { type: 'Role', arn: role } },
});

describe('a record of CloudTrail', () => {
  it('says who changed which role, when and from where', () => {
    expect(read({})).toStrictEqual({
      kind: 'change',
      change: {
        account,
        target: { kind: 'role', name: 'deploy' },
        actor: {
          source: 'event',
          principal:
            'arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Admin_0123456789abcdef',
          sessionName: 'alice@example.com',
          sourceIp: '198.51.100.7',
          eventId: 'd3b07384-d9a0-4c9b-8f3e-6f1b2c3d4e5f',
          eventName: 'UpdateAssumeRolePolicy',
          time: '2026-11-22T08:59:12.000Z',
          link: 'https://us-east-1.console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events/d3b07384-d9a0-4c9b-8f3e-6f1b2c3d4e5f',
        },
      },
    });
  });

  it.each([
    {
      who: 'a user',
      userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${ACCOUNT}:user/Bob`, userName: 'Bob' },
      actor: { principal: `arn:aws:iam::${ACCOUNT}:user/Bob` },
    },
    {
      who: 'the root user',
      userIdentity: { type: 'Root', arn: `arn:aws:iam::${ACCOUNT}:root` },
      actor: { principal: `arn:aws:iam::${ACCOUNT}:root` },
    },
    {
      who: 'a service of AWS',
      userIdentity: { type: 'AWSService', invokedBy: 'sso.amazonaws.com' },
      actor: { principal: 'sso.amazonaws.com' },
    },
    {
      who: 'a session of a role with a path',
      userIdentity: session(`arn:aws:iam::${ACCOUNT}:role/ops/breakglass`, 'carol'),
      actor: { principal: `arn:aws:iam::${ACCOUNT}:role/ops/breakglass`, sessionName: 'carol' },
    },
  ])('names $who', ({ userIdentity, actor }) => {
    expect(read({ userIdentity })).toMatchObject({ kind: 'change', change: { actor } });
  });

  const provider = `arn:aws:iam::${ACCOUNT}:oidc-provider/vstoken.dev.azure.com/x`;
  const policy = `arn:aws:iam::${ACCOUNT}:policy/azfed-boundary`;
  it.each([
    {
      what: 'a policy of a role: the role',
      fields: { requestParameters: { roleName: 'deploy', policyArn: policy } },
      target: { kind: 'role', name: 'deploy' },
    },
    {
      what: 'a provider',
      fields: { requestParameters: { openIDConnectProviderArn: provider, clientID: 'x' } },
      target: { kind: 'provider', arn: provider },
    },
    {
      what: 'a provider that was made',
      fields: {
        requestParameters: { url: 'https://vstoken.dev.azure.com/x' },
        responseElements: { openIDConnectProviderArn: provider },
      },
      target: { kind: 'provider', arn: provider },
    },
    {
      what: 'a version of a managed policy',
      fields: { requestParameters: { policyArn: policy, setAsDefault: true } },
      target: { kind: 'policy', arn: policy },
    },
  ])('says what was changed: $what', ({ fields, target }) => {
    expect(read(fields)).toMatchObject({ kind: 'change', change: { target } });
  });

  describe('is ignored', () => {
    it.each<{ reason: string; fields: Fields }>([
      { reason: 'failed', fields: { errorCode: 'AccessDenied' } },
      { reason: 'read-only', fields: { readOnly: true, eventName: 'GetRole' } },
      { reason: 'unknown-account', fields: { recipientAccountId: '999999999999' } },
      { reason: 'own-write', fields: { userIdentity: session(SPOKE, 'azfed-0123') } },
      { reason: 'own-write', fields: { userIdentity: session(RETIRE, 'azfed-0123') } },
      { reason: 'other-target', fields: { requestParameters: { userName: 'Bob', policyArn: policy } } },
      { reason: 'other-target', fields: { requestParameters: null } },
      { reason: 'other-target', fields: { requestParameters: { roleName: '../../x' } } },
      { reason: 'other-target', fields: { requestParameters: { roleName: ['deploy'] } } },
      { reason: 'unreadable', fields: { eventSource: 'sts.amazonaws.com' } },
      { reason: 'unreadable', fields: { eventID: undefined } },
      { reason: 'unreadable', fields: { eventTime: 'yesterday' } },
      { reason: 'unreadable', fields: { userIdentity: 'alice' } },
    ])('as $reason: $fields', ({ reason, fields }) => {
      expect(read(fields)).toEqual({ kind: 'ignored', reason });
    });

    it.each([undefined, null, 'text', 7, [], {}])('when it is no record: %j', (nothing) => {
      expect(readTrailRecord(nothing, 'event', [account])).toEqual({ kind: 'ignored', reason: 'unreadable' });
    });

    it.each([
      {
        what: 'another role with our session name',
        identity: session(`arn:aws:iam::${ACCOUNT}:role/ops`, 'azfed-0123'),
      },
      { what: 'our role with another session name', identity: session(SPOKE, 'alice') },
      {
        what: 'a role of our name in another place',
        identity: session(`arn:aws:iam::${ACCOUNT}:role/x/azfed-spoke`, 'azfed-1'),
      },
      {
        what: 'a user agent like ours',
        identity: { type: 'IAMUser', arn: `arn:aws:iam::${ACCOUNT}:user/azfed-1` },
      },
    ])('never because of $what', ({ identity }) => {
      expect(read({ userIdentity: identity, userAgent: 'azfed-reconcile' })).toMatchObject({
        kind: 'change',
      });
    });
  });
});
