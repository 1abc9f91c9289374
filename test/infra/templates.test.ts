import { createHash } from 'node:crypto';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createQueues } from '../../functions/cli/commands/local/service/local-service.ts';
import { startLocalQueues } from '../../infra/local/queues/local-queues.ts';
import { serviceLimits } from '../../shared/contract/service-limits.ts';
import { matchesEvent } from '../../infra/local/aws/cloudtrail/event-pattern.ts';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { functionNames } from '../../infra/aws/function-names.ts';
import { readConfigurationText } from '../../shared/config/configuration-text.ts';
import { readService } from '../../infra/aws/stacks.ts';
import { parseShippedConfiguration } from '../../shared/config/shipped-configuration.ts';
import { parseDiscoverMessage } from '../../shared/adapters/sqs/queue-messages.ts';
import { COALESCING_MS, REPORT_SLOT_MS } from '../../shared/domain/discovery/queue-message.ts';
import {
  HUB,
  ORGANIZATION,
  OTHER_SPOKE,
  SPOKE,
  federation,
  organizationContext,
  writeFederation,
} from './federation.ts';
import { resolveReferences } from '../../infra/aws/template-values.ts';
import type { Resource, Template } from '../../infra/aws/template-values.ts';
import { checkRules, synthesize, synthesizeSpoke } from './synthesis.ts';

const two = writeFederation(federation([SPOKE, OTHER_SPOKE]));
const one = writeFederation(federation([HUB]));
const organization = organizationContext(two);
const small = { mode: 'small', configuration: one };

const stacks = synthesize(organization);
const smallStacks = synthesize(small);
const service = stacks['azfed'] ?? { Resources: {} };
const concrete = resolveReferences(service);

function ofType(type: string, { Resources: resources }: Template = service): readonly Resource[] {
  return Object.values(resources).filter(({ Type }) => Type === type);
}

function only(type: string, template?: Template): Readonly<Record<string, unknown>> {
  const [resource, ...others] = ofType(type, template);
  if (!resource || others.length > 0) throw new Error(`${others.length + 1} resources of type ${type}.`);
  return resource.Properties;
}

function functionNamed(name: string): Readonly<Record<string, unknown>> {
  const found = ofType('AWS::Lambda::Function').find(
    ({ Properties: { FunctionName: given } }) => given === name,
  );
  return found?.Properties ?? {};
}

function findLogicalId(name: string): string | undefined {
  const isIt = ([, { Type, Properties }]: readonly [string, Resource]) =>
    Type === 'AWS::Lambda::Function' && Properties['FunctionName'] === `azfed-${name}`;
  return Object.entries(service.Resources).find(isIt)?.[0];
}

/** Every operator of every condition in a template, with what it compares. */
function listConditions(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const { Effect, Condition = {} } = value as { readonly Effect?: unknown; readonly Condition?: object };
  const own = typeof Effect === 'string' ? Object.values(Condition as Readonly<Record<string, unknown>>) : [];
  return [...own, ...Object.values(value as Readonly<Record<string, unknown>>).flatMap(listConditions)];
}

describe('the service', () => {
  it('is one stack, so that `cdk deploy` needs no name', () => {
    expect(Object.keys(stacks)).toEqual(['azfed']);
    expect(Object.keys(smallStacks)).toEqual(['azfed']);
  });

  it.each(functionNames)('runs %s on Node 24, arm64', (name) => {
    expect(functionNamed(`azfed-${name}`)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
    });
  });

  it('sets a slot aside for the sweep and for every shard of the stream, and nothing for other functions', () => {
    const reserved = ofType('AWS::Lambda::Function').flatMap(
      ({ Properties: { FunctionName: name, ReservedConcurrentExecutions: count } }) =>
        count === undefined ? [] : [[name, count]],
    );
    expect(reserved).toEqual([['azfed-deliver', 10]]);
    const without = synthesize({ ...organization, reserveConcurrency: 'false' })['azfed'];
    expect(JSON.stringify(without)).not.toContain('ReservedConcurrentExecutions');
  });

  it('signs its records where it is asked to, with a key that stays and that only who needs it may use', () => {
    const context = { ...organization, signedRecords: 'true' };
    const signing = synthesize(context)['azfed'] ?? { Resources: {} };
    const keys = Object.entries(signing.Resources).filter(([, { Type }]) => Type === 'AWS::KMS::Key');
    const [id, key] = keys[0] ?? [''];
    expect(key).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
    });
    const arn = { 'Fn::GetAtt': [id, 'Arn'] };
    const users = ofType('AWS::IAM::Role', signing).filter(({ Properties }) =>
      JSON.stringify(Properties).includes('kms:GenerateMac'),
    );
    expect(users.map(({ Properties }) => Properties['RoleName']).sort()).toEqual(
      ['deliver', 'discover', 'reconcile', 'report'].map((name) => `azfed-${name}`),
    );
    for (const { Properties } of ofType('AWS::Lambda::Function', signing))
      expect(Properties['Environment']).toMatchObject({ Variables: { AZFED_RECORD_KEY: arn } });
    expect(signing.Outputs).toMatchObject({ RecordKey: { Value: arn } });
    expect(checkRules(context)).toEqual([]);
    expect(ofType('AWS::KMS::Key')).toEqual([]);
    expect(JSON.stringify(service)).not.toMatch(/kms:|AZFED_RECORD_KEY/);
  });

  it('keeps messages hidden for six times as long as their function may take, and sets aside what fails five times', () => {
    const queues = ofType('AWS::SQS::Queue').filter(({ Properties }) => 'RedrivePolicy' in Properties);
    const seconds = ['discover', 'reconcile', 'report'].map((name) =>
      Number(functionNamed(`azfed-${name}`)['Timeout']),
    );
    expect(queues.map(({ Properties }) => Properties)).toMatchObject([
      {
        FifoQueue: true,
        ContentBasedDeduplication: false,
        DelaySeconds: 30,
        RedrivePolicy: { maxReceiveCount: 5 },
      },
      { FifoQueue: true, ContentBasedDeduplication: false, RedrivePolicy: { maxReceiveCount: 5 } },
      {
        FifoQueue: true,
        ContentBasedDeduplication: false,
        // The end of the slot in which passes share one message.
        DelaySeconds: REPORT_SLOT_MS / 1_000,
        RedrivePolicy: { maxReceiveCount: 5 },
      },
    ]);
    expect(queues.map(({ Properties }) => Properties['VisibilityTimeout'])).toEqual(
      seconds.map((count) => count + 30),
    );
    expect(queues[1]?.Properties['DelaySeconds']).toBeUndefined();
  });

  it.each([
    ['discover', 'AZFED_DISCOVER_QUEUE_URL'],
    ['reconcile', 'AZFED_RECONCILE_QUEUE_URL'],
    ['report', 'AZFED_REPORT_QUEUE_URL'],
  ])('tells %s the queue that feeds it, so that it can postpone what failed', (name, variable) => {
    const { Variables: variables } = functionNamed(`azfed-${name}`)['Environment'] as {
      readonly Variables: Readonly<Record<string, { readonly Ref: string }>>;
    };
    const queue = variables[variable]?.Ref ?? '';
    expect(service.Resources[queue]?.Type).toBe('AWS::SQS::Queue');
    expect(ofType('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties)).toContainEqual(
      expect.objectContaining({
        EventSourceArn: { 'Fn::GetAtt': [queue, 'Arn'] },
        FunctionName: { Ref: findLogicalId(name) },
      }),
    );
  });

  it('gives AWS the numbers that the local service keeps to', async () => {
    const local = await startLocalQueues();
    const queues = createQueues(local);
    const client = new SQSClient({
      ...{ endpoint: local.url, region: 'us-east-1' },
      credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' },
    });
    const template = ofType('AWS::SQS::Queue').filter(({ Properties }) => 'RedrivePolicy' in Properties);
    const sources = ofType('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties);
    for (const [index, name] of (['discover', 'reconcile', 'report'] as const).entries()) {
      const { Attributes: attributes = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: queues[name].url, AttributeNames: ['All'] }),
      );
      const { DelaySeconds, VisibilityTimeout, RedrivePolicy } = template[index]?.Properties ?? {};
      expect(attributes).toMatchObject({
        DelaySeconds: String(Number(DelaySeconds ?? 0)),
        VisibilityTimeout: String(VisibilityTimeout),
        RedrivePolicy: expect.stringContaining(
          `"maxReceiveCount":${(RedrivePolicy as { readonly maxReceiveCount: number }).maxReceiveCount}`,
        ) as string,
      });
      expect(sources).toContainEqual(
        expect.objectContaining({
          FunctionName: { Ref: findLogicalId(name) },
          BatchSize: serviceLimits.batchSize,
          ScalingConfig: { MaximumConcurrency: serviceLimits.queues[name].concurrency },
        }),
      );
    }
    client.destroy();
    await local.close();
    for (const [name, seconds] of Object.entries(serviceLimits.timeouts))
      expect(functionNamed(`azfed-${name}`)['Timeout']).toBe(seconds);
    expect(sources).toContainEqual(
      expect.objectContaining({
        BatchSize: serviceLimits.stream.batchSize,
        MaximumRetryAttempts: serviceLimits.stream.retries,
      }),
    );
    expect(
      ofType('AWS::Lambda::EventInvokeConfig').map(({ Properties }) => Properties['MaximumRetryAttempts']),
    ).toEqual([2, 2]);
    // The slots of the domain are as long as the queues delay.
    expect(serviceLimits.queues.discover.delaySeconds * 1_000).toBe(COALESCING_MS);
    expect(serviceLimits.queues.report.delaySeconds * 1_000).toBe(REPORT_SLOT_MS);
  });

  it('gives a run less time than its lease lasts', () => {
    expect(functionNamed('azfed-reconcile')['Timeout']).toBeLessThan(10 * 60);
  });

  it('keeps its table when the stack goes, with backups, a stream and both indexes', () => {
    const [table] = ofType('AWS::DynamoDB::Table');
    expect(table).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        TableName: 'azfed',
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'pending',
            KeySchema: [{ AttributeName: 'gsi2pk' }, { AttributeName: 'gsi2sk' }],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
      },
    });
  });

  it('keeps an index of a former release for a deployment that says so', () => {
    const table = only('AWS::DynamoDB::Table', synthesize({ ...small, keepIndexes: 'gsi2' })['azfed']);
    const indexes = table['GlobalSecondaryIndexes'] as readonly { readonly IndexName: string }[];
    expect(indexes.map(({ IndexName }) => IndexName).slice(-2)).toEqual(['pending', 'gsi2']);
  });

  it('keeps no index that no release has had', () => {
    expect(() => readService({ ...small, keepIndexes: 'gsi9' })).toThrow(
      'holds one that is none of gsi1, gsi2',
    );
  });

  it('starts deliver only for items that owe events', () => {
    const filters = ofType('AWS::Lambda::EventSourceMapping').flatMap(
      ({ Properties: { FilterCriteria: filter } }) =>
        (filter as { Filters: { Pattern: string }[] } | undefined)?.Filters ?? [],
    );
    expect(filters.map(({ Pattern: pattern }) => JSON.parse(pattern) as unknown)).toEqual([
      { dynamodb: { NewImage: { gsi2pk: { S: [{ exists: true }] } } } },
    ]);
  });

  it('looks at each organization on its own schedule, spread out, one message however often a schedule fires', () => {
    const schedules = ofType('AWS::Scheduler::Schedule').filter(({ Properties }) =>
      String(Properties['Name']).startsWith('azfed-discover-'),
    );
    expect(schedules.map(({ Properties }) => Properties['Name'])).toEqual([
      `azfed-discover-${ORGANIZATION}`,
      'azfed-discover-22222222-3333-4444-5555-666666666666',
    ]);
    const [first] = schedules;
    expect(first?.Properties).toMatchObject({
      ScheduleExpression: 'rate(15 minutes)',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 },
    });
    const target = concrete(first?.Properties['Target']) as { readonly Arn: string; readonly Input: string };
    expect(target.Arn).toBe('arn:aws:scheduler:::aws-sdk:sqs:sendMessage');
    expect(JSON.parse(target.Input)).toMatchObject({
      MessageBody: JSON.stringify({ organizationId: ORGANIZATION }),
      MessageGroupId: ORGANIZATION,
      MessageDeduplicationId: `${ORGANIZATION}-<aws.scheduler.scheduled-time>`,
    });
  });

  it('reads the audit log of the organization that asks for it every two minutes, and of no other', () => {
    const schedules = ofType('AWS::Scheduler::Schedule').filter(({ Properties }) =>
      String(Properties['Name']).startsWith('azfed-audit-'),
    );
    const id = '22222222-3333-4444-5555-666666666666';
    expect(schedules.map(({ Properties }) => Properties['Name'])).toEqual([`azfed-audit-${id}`]);
    const { Input } = concrete(schedules[0]?.Properties['Target']) as { readonly Input: string };
    const { MessageBody, MessageDeduplicationId } = JSON.parse(Input) as Readonly<Record<string, string>>;
    expect(parseDiscoverMessage(MessageBody ?? '')).toEqual({ organizationId: id, audit: true });
    expect(MessageDeduplicationId).toBe(`audit-${id}-<aws.scheduler.scheduled-time>`);
  });

  it('sweeps every minute', () => {
    const sweep = ofType('AWS::Scheduler::Schedule').find(
      ({ Properties }) => Properties['Name'] === 'azfed-sweep',
    );
    expect(sweep?.Properties).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Input: '{"sweep":true}' },
    });
  });

  it('gives its functions the hash of the configuration that it ships', () => {
    const { source } = readService(organization);
    const variables = functionNamed('azfed-hook')['Environment'];
    expect(variables).toMatchObject({ Variables: { AZFED_CONFIG_SHA256: source.sha256 } });
    expect(createHash('sha256').update(source.text).digest('hex')).toBe(source.sha256);
  });

  it('has an alarm for everything that would otherwise go unseen, and tells a topic', () => {
    const alarms = ofType('AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
    expect(alarms.map(({ AlarmName: name }) => String(name).replace('azfed-', '')).sort()).toEqual(
      [
        ...functionNames.flatMap((name) => [`${name}-errors`, `${name}-throttles`]),
        ...['discover', 'reconcile', 'report'].flatMap((name) => [
          `${name}-dead-letters`,
          `${name}-oldest-message`,
        ]),
        'undelivered',
        'no-discovery',
        'failed-passes',
        'severe-findings',
        'accounts-unread',
        'account-lists-unread',
        'organizations-unread',
        'projects-unread',
        'account-reading-age',
        'organization-reading-age',
        'disputed-roles',
        'breakers',
        'configuration-refused',
        'oldest-event',
        'exhausted-events',
        'hooks-deferred',
        'audit-entries-unread',
        'unreadable-items',
        'stream-age',
        `credential-${ORGANIZATION}`,
        'credential-22222222-3333-4444-5555-666666666666',
      ].sort(),
    );
    expect(alarms.filter(({ AlarmActions: actions }) => actions === undefined)).toEqual([]);
    expect(alarms.find(({ AlarmName: name }) => name === 'azfed-no-discovery')).toMatchObject({
      Period: 1_800,
      TreatMissingData: 'breaching',
    });
  });

  it('keeps its logs when the stack goes, for 400 days or as long as it is told', () => {
    const listGroups = (template: Template | undefined) =>
      ofType('AWS::Logs::LogGroup', template).map(({ DeletionPolicy, Properties }) => [
        Properties['LogGroupName'],
        DeletionPolicy,
        Properties['RetentionInDays'],
      ]);
    const expected = (days: number) =>
      functionNames.map((name) => [`/aws/lambda/azfed-${name}`, 'Retain', days]);
    expect(listGroups(service).sort()).toEqual(expected(400).sort());
    const longer = synthesize({ ...small, logRetentionDays: '731' })['azfed'];
    expect(listGroups(longer).sort()).toEqual(expected(731).sort());
    expect(() => readService({ ...small, logRetentionDays: '91' })).toThrow('`logRetentionDays` is none of ');
  });

  it('shows where in the source an error arose', () => {
    for (const name of functionNames)
      expect(functionNamed(`azfed-${name}`)['Environment']).toMatchObject({
        Variables: { NODE_OPTIONS: '--enable-source-maps' },
      });
  });

  it('traces only where it is asked to, with the right that this needs', () => {
    const traced = synthesize({ ...small, tracing: 'true' })['azfed'];
    for (const { Properties } of ofType('AWS::Lambda::Function', traced))
      expect(Properties['TracingConfig']).toEqual({ Mode: 'Active' });
    const roles = ofType('AWS::IAM::Role', traced).filter(({ Properties }) =>
      JSON.stringify(Properties).includes('xray:PutTraceSegments'),
    );
    expect(roles).toHaveLength(functionNames.length);
    expect(JSON.stringify(service)).not.toMatch(/xray:|TracingConfig/);
  });

  it('writes no operator without a key into a condition', () => {
    const [account] = federation([HUB]).accounts;
    const bare = { ...federation([HUB]), accounts: [{ ...account, externalId: undefined }] };
    const all = [service, synthesize({ ...small, configuration: writeFederation(bare) })['azfed']];
    expect(listConditions(service).length).toBeGreaterThan(10);
    for (const template of [...all, synthesizeSpoke(organization)])
      expect(listConditions(template).filter((one) => JSON.stringify(one) === '{}')).toEqual([]);
  });
});

describe('the buckets of reports and of configurations', () => {
  const named = (name: string) =>
    Object.entries(service.Resources)
      .filter(([id, { Type }]) => Type.startsWith('AWS::S3::Bucket') && id.startsWith(name))
      .map(([, resource]) => resource);

  it.each(['reports', 'configurations'])(
    '%s: are private, encrypted, and stay when the stack goes',
    (name) => {
      expect(named(name)[0]).toMatchObject({
        DeletionPolicy: 'Retain',
        Properties: {
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
          BucketEncryption: {
            ServerSideEncryptionConfiguration: [
              { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
            ],
          },
          OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        },
      });
      expect(ofType('AWS::S3::Bucket')).toHaveLength(2);
    },
  );

  it.each([
    ['reports', 1],
    ['configurations', 2],
  ])('%s: refuse everybody without TLS, and let nobody in by their policy', (name, count) => {
    const [, policy] = named(name);
    const document = policy?.Properties['PolicyDocument'] as
      | { readonly Statement: readonly object[] }
      | undefined;
    expect(document?.Statement[0]).toMatchObject({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    expect(document?.Statement).toEqual(
      Array.from({ length: count }, () => expect.objectContaining({ Effect: 'Deny' }) as unknown),
    );
  });

  it.each([
    ['ReportBucket', 'reports'],
    ['ConfigurationBucket', 'configurations'],
  ])('%s is an output, and S3 keeps nothing that was replaced', (output, name) => {
    expect(service.Outputs?.[output]).toMatchObject({
      Value: { Ref: expect.stringContaining(name) as string },
    });
    expect(named(name)[0]?.Properties['VersioningConfiguration']).toBeUndefined();
  });
});

describe('the hook', () => {
  const stage = only('AWS::ApiGateway::Stage');
  const logging = synthesize({ ...small, hookAccessLog: 'true', firewall: 'true' })['azfed'];

  it('answers 503 wherever the gateway answers in its place, and 404 where nothing is', () => {
    const answers = ofType('AWS::ApiGateway::GatewayResponse').map(({ Properties }) => [
      Properties['ResponseType'],
      Properties['StatusCode'],
    ]);
    expect(Object.fromEntries(answers)).toEqual({
      DEFAULT_5XX: '503',
      DEFAULT_4XX: '503',
      THROTTLED: '503',
      QUOTA_EXCEEDED: '503',
      WAF_FILTERED: '503',
      ACCESS_DENIED: '503',
      MISSING_AUTHENTICATION_TOKEN: '404',
    });
  });

  it('leaves the settings of API Gateway in the account as they are', () => {
    for (const template of [service, smallStacks['azfed'], logging])
      expect(ofType('AWS::ApiGateway::Account', template)).toEqual([]);
    expect(stage).not.toHaveProperty('AccessLogSetting');
    expect(JSON.stringify(stage)).not.toContain('LoggingLevel');
  });

  it('has a rule against too many requests of one address in mode organization, and where it is asked for', () => {
    const [firewall] = ofType('AWS::WAFv2::WebACL');
    expect(firewall?.Properties).toMatchObject({
      Name: 'azfed-hook',
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
      Rules: [
        {
          Action: { Block: {} },
          Statement: { RateBasedStatement: { Limit: 5_000, AggregateKeyType: 'IP' } },
        },
      ],
    });
    expect(ofType('AWS::WAFv2::WebACLAssociation')).toHaveLength(1);
    expect(ofType('AWS::WAFv2::WebACL', smallStacks['azfed'])).toEqual([]);
    expect(ofType('AWS::WAFv2::WebACL', logging)).toHaveLength(1);
    expect(ofType('AWS::WAFv2::WebACL', synthesize({ ...organization, firewall: 'false' })['azfed'])).toEqual(
      [],
    );
  });

  it('is throttled, and logs no header, query or body', () => {
    expect(stage['MethodSettings']).toMatchObject([
      { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100, DataTraceEnabled: false },
    ]);
    const logged = only('AWS::ApiGateway::Stage', logging);
    const { Format: format } = logged['AccessLogSetting'] as { Format: string };
    expect(format).toContain('$context.status');
    expect(format).not.toMatch(/header|querystring|body|authorizer/i);
  });

  it('has one method', () => {
    expect(ofType('AWS::ApiGateway::Method').map(({ Properties }) => Properties['HttpMethod'])).toEqual([
      'POST',
    ]);
  });

  it('can be closed to other addresses', () => {
    const readPolicy = (template: Template | undefined) =>
      only('AWS::ApiGateway::RestApi', template)['Policy'];
    const closed = synthesize({ ...organization, hookAddresses: '20.37.158.0/23,20.37.194.0/24' })['azfed'];
    expect(readPolicy(closed)).toMatchObject({
      Statement: [
        { Effect: 'Allow' },
        {
          Effect: 'Deny',
          Condition: { NotIpAddress: { 'aws:SourceIp': ['20.37.158.0/23', '20.37.194.0/24'] } },
        },
      ],
    });
    expect(JSON.stringify(readPolicy(service))).not.toContain('Deny');
  });

  it('has a generated password that stands in no template', () => {
    expect(only('AWS::SecretsManager::Secret')).toMatchObject({
      GenerateSecretString: { GenerateStringKey: 'current', PasswordLength: 48, SecretStringTemplate: '{}' },
    });
  });
});

describe('word of IAM changes', () => {
  it('is taken from the accounts of the organization alone', () => {
    expect(only('AWS::Events::EventBus')['Policy']).toMatchObject({
      Statement: [
        {
          Action: 'events:PutEvents',
          Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-abcdefghij' } },
        },
      ],
    });
  });

  it('in a single account is taken from nobody else', () => {
    const template = smallStacks['azfed'];
    expect(only('AWS::Events::EventBus', template)['Policy']).toBeUndefined();
    expect(ofType('AWS::Events::Rule', template)).toHaveLength(2);
  });

  it('comes from the home Region when the service runs elsewhere', () => {
    const both = synthesize({ ...small, region: 'eu-central-1' });
    expect(Object.keys(both).sort()).toEqual(['azfed', 'azfed-home']);
    expect(only('AWS::Events::Rule', both['azfed-home'])).toMatchObject({
      Targets: [{ Arn: `arn:aws:events:eu-central-1:${HUB}:event-bus/azfed` }],
    });
  });

  it('is sent and taken where it can concern the grants, and nothing else is', () => {
    const spoke = synthesizeSpoke({ ...organization });
    const rules = [service, spoke].map(
      (template) =>
        resolveReferences(template, { 'AWS::AccountId': SPOKE })(
          only('AWS::Events::Rule', template)['EventPattern'],
        ) as object,
    );
    const write = (eventName: string, fields: object) => ({
      ...{ source: 'aws.iam', 'detail-type': 'AWS API Call via CloudTrail' },
      detail: { eventSource: 'iam.amazonaws.com', eventName, ...fields },
    });
    const session = (name: string) => ({
      userIdentity: { arn: `arn:aws:sts::${SPOKE}:assumed-role/azfed-spoke/${name}` },
      requestParameters: { roleName: 'deploy' },
    });
    const made = (path: string) => ({ responseElements: { role: { path } } });
    for (const pattern of rules) {
      expect(matchesEvent(pattern, write('CreateRole', made('/azure-devops/shop/')))).toBe(true);
      expect(matchesEvent(pattern, write('CreatePolicy', made('/')))).toBe(false);
      expect(matchesEvent(pattern, write('TagRole', session('alice')))).toBe(true);
      expect(matchesEvent(pattern, write('TagRole', { ...session('alice'), errorCode: 'Throttling' }))).toBe(
        false,
      );
      expect(JSON.stringify(pattern).length).toBeLessThanOrEqual(2_048);
    }
    // The hub follows published configurations; the template of an account follows its grants, and leaves out azfed itself.
    const others = [write('CreateRole', made('/')), write('TagRole', session('azfed-0a1b'))];
    for (const event of others)
      expect(rules.map((pattern) => matchesEvent(pattern, event))).toEqual([true, false]);
  });
});

describe('the template of an account', () => {
  const template = synthesizeSpoke(organization);

  it('stands alone: no asset, no bootstrap, nothing of the CDK', () => {
    expect(template.Rules).toBeUndefined();
    expect(Object.keys(template.Parameters ?? {})).not.toContain('BootstrapVersion');
    expect(JSON.stringify(template)).not.toMatch(/cdk|Metadata|asset/i);
    expect(Object.keys(template.Resources).sort()).toEqual([
      'Boundary',
      'ForwardChanges',
      'ForwardRole',
      'ReadRole',
      'RetireRole',
      'WriteRole',
    ]);
  });

  it('leaves the boundary behind for the roles that have it, unless it was never whole', () => {
    for (const found of [template, smallStacks['azfed']])
      expect(
        ofType('AWS::IAM::ManagedPolicy', found).filter(({ DeletionPolicy }) => DeletionPolicy !== undefined),
      ).toEqual([
        expect.objectContaining({
          Properties: expect.objectContaining({
            Description: expect.stringMatching(/^Permissions boundary/) as unknown,
          }) as unknown,
          DeletionPolicy: 'RetainExceptOnCreate',
          UpdateReplacePolicy: 'Retain',
        }),
      ]);
  });

  it('asks only for what it cannot know', () => {
    const asked = Object.entries(template.Parameters ?? {}).flatMap(([id, { Default: standard }]) =>
      standard === undefined ? [id] : [],
    );
    expect(asked).toEqual(['HubAccountId']);
  });

  it('takes paths, providers, boundaries and policies from the grants', () => {
    expect(template.Parameters).toMatchObject({
      Roles: { Default: 'arn:aws:iam::*:role/azure-devops/shop/*' },
      Boundaries: { Default: 'arn:aws:iam::*:policy/azfed-boundary' },
      ManagedPolicies: { Default: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
      ExternalId: { Default: 'azfed-test' },
      OrganizationId: { Default: 'o-abcdefghij' },
    });
  });

  it('gives each role a boundary when one is asked for, and none otherwise', () => {
    const boundaries = ofType('AWS::IAM::Role', template).map(
      ({ Properties }) => Properties['PermissionsBoundary'],
    );
    const optional = {
      'Fn::If': ['HasPermissionsBoundary', { Ref: 'PermissionsBoundary' }, { Ref: 'AWS::NoValue' }],
    };
    expect(boundaries).toEqual([optional, optional, optional, optional]);
  });
});

describe('every role of azfed', () => {
  const bounded = {
    ...small,
    rolePath: '/platform/',
    permissionsBoundary: `arn:aws:iam::${HUB}:policy/platform`,
  };

  it('takes the path and the boundary that the organization asks for', () => {
    const roles = ofType('AWS::IAM::Role', synthesize(bounded)['azfed']);
    expect(roles).toHaveLength(11);
    for (const { Properties: properties } of roles) {
      expect(properties['PermissionsBoundary']).toBe(bounded.permissionsBoundary);
      // The roles of the account lie where federation.yaml says.
      expect(properties['Path']).toBe(properties['Description'] === 'Assumed by azfed.' ? '/' : '/platform/');
    }
  });

  it('has neither when nobody asks', () => {
    for (const { Properties: properties } of ofType('AWS::IAM::Role', smallStacks['azfed'])) {
      expect(properties['PermissionsBoundary']).toBeUndefined();
      expect(properties['Path']).toBe('/');
    }
  });
});

describe('the packs of cdk-nag', () => {
  it.each([
    ['the service of an organization', organization],
    ['a small one', small],
    [
      'one with an e-mail address, a closed hook, a log of its requests and traces',
      {
        ...small,
        alarmEmail: 'ops@example.com',
        hookAddresses: '20.37.158.0/23',
        hookAccessLog: 'true',
        tracing: 'true',
      },
    ],
  ])('have nothing against %s', (_name, context) => {
    expect(checkRules(context)).toEqual([]);
  });

  it('would complain', () => {
    const complaints = checkRules(small, (stack) => {
      new CfnBucket(stack, 'open');
    });
    expect(complaints).toContain('AwsSolutions-S1 azfed/open');
  });
});

it('marks the roles in an account with the release of their template', () => {
  const roles = ofType('AWS::IAM::Role', smallStacks['azfed']).map(({ Properties: { RoleName, Tags } }) => [
    RoleName,
    Tags,
  ]);
  const tag = [{ Key: 'azfed:release', Value: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown }];
  for (const name of ['azfed-spoke', 'azfed-spoke-read', 'azfed-spoke-retire'])
    expect(roles).toContainEqual([name, tag]);
});

describe('the configuration that is shipped', () => {
  it('holds every policy file, and means the same as before', () => {
    const path = 'infra/aws/example/federation.yaml';
    const { text, configuration } = readConfigurationText(path);
    expect(text).not.toContain('deploy.json');
    expect(configuration.grants[0]?.inlinePolicies['deploy']).toMatchObject({
      Statement: [{ Action: 's3:PutObject' }],
    });
    const copy = readConfigurationText(
      writeFederation(configuration.grants.length > 0 ? federation([HUB]) : {}),
    );
    expect(copy.configuration.accounts).toMatchObject([{ id: HUB }]);
  });

  it('holds the statements of a trust that stand in files, and gives the functions the same grants', () => {
    const statement = { Effect: 'Allow', Principal: { AWS: '{account}' }, Action: 'sts:AssumeRole' };
    const { grants, ...rest } = federation([HUB]);
    const [shop] = grants;
    const { connections: _, role: __, ...common } = { ...shop };
    const roles = [
      {
        organization: 'contoso',
        project: 'Shop',
        connection: 'web',
        role: `arn:aws:iam::${HUB}:role/az-web`,
      },
    ];
    const found = {
      ...common,
      name: 'found',
      roles,
      trust: { statements: { file: 'others.json' }, expectDeny: 'any' },
    };
    const path = writeFederation({ ...rest, grants: [...grants, found] });
    writeFileSync(join(dirname(path), 'others.json'), JSON.stringify([statement]));
    const { text, configuration } = readConfigurationText(path);
    expect(text).not.toContain('others.json');
    expect(parseShippedConfiguration(text).grants).toEqual(configuration.grants);
    expect(configuration.grants[1]?.trust.statements).toEqual([statement]);
  });
});

describe('the example', () => {
  it('is shown where there is no federation.yaml, and cannot be deployed', () => {
    const { isExample } = readService({});
    expect(isExample).toBe(true);
    expect(synthesize({})['azfed']?.Parameters).toMatchObject({
      FederationYamlIsMissing: { AllowedPattern: '[^\\s\\S]' },
    });
    expect(service.Parameters).not.toHaveProperty('FederationYamlIsMissing');
  });
});

describe('what is wrong is told all at once', () => {
  it.each([
    [
      'in the context',
      { mode: 'organization', region: 'Frankfurt', schedule: 'rate(1 minutes)', tabel: 'x' },
      ['`region` is not a Region', '`schedule` is not a rate', '`tabel` is not known'],
    ],
    [
      'in values of every kind',
      {
        ...{ mode: 'big', tracing: 'yes', managedPoliciesPerRole: 'ten', hookAddresses: '300.1.1.1/99' },
        ...{ region: 1, logRetentionDays: 2, keepIndexes: 5 },
      },
      [
        '`mode` is none of small, organization.',
        '`tracing` is neither true nor false.',
        '`managedPoliciesPerRole` is not a number.',
        '`hookAddresses.0` is not a CIDR block',
        '`region` is not a text.',
        '`logRetentionDays` is none of 1, 3,',
        '`keepIndexes` is not a list.',
      ],
    ],
    ['about the organization', { mode: 'organization', configuration: two }, ['`organizationId` is missing']],
    [
      'about a file',
      { configuration: '/nowhere/federation.yaml' },
      ['/nowhere/federation.yaml is not there'],
    ],
    [
      'about accounts',
      { mode: 'small', configuration: two },
      ['Mode small is for one account; 2 are configured.'],
    ],
    [
      'about partitions',
      { ...small, region: 'us-gov-west-1' },
      [`Account ${HUB} lies in aws; roles cannot be assumed from aws-us-gov.`],
    ],
  ])('%s', (_what, context, sentences) => {
    for (const sentence of sentences) expect(() => readService(context)).toThrow(sentence);
  });

  it.each([
    ['/teams/', '*-reconcile', { rolePath: '/teams/azfed/' }, 'role/teams/azfed/azfed-reconcile'],
    ['/teams/', 'finder', { rolePath: '/teams/', discoverRoleName: 'finder' }, 'role/teams/finder'],
    ['/teams/', 'azfed-d*', { rolePath: '/teams/' }, 'role/teams/azfed-discover'],
    ['/teams/', 'other-*', { rolePath: '/teams/', name: 'other' }, 'role/teams/other-discover'],
    ['/teams/', 'app-*', { rolePath: '/teams/' }, undefined],
    ['/teams/shop/', '*', { rolePath: '/teams/' }, undefined],
  ])('about a grant of %s%s that covers a role of its own functions', (path, name, context, role) => {
    const [grant] = federation([HUB]).grants;
    const granted = { ...federation([HUB]), grants: [{ ...grant, role: { path, name } }] };
    const {
      accounts: [account],
    } = granted;
    // Its spokes stand elsewhere, so that nothing else is wrong.
    const spoke = { ...account, assumeRole: `arn:aws:iam::${HUB}:role/spokes/one`, readRole: undefined };
    const configuration = writeFederation({ ...granted, accounts: [spoke] });
    const read = () => readService({ ...context, configuration });
    if (role === undefined) expect(read).not.toThrow();
    else expect(read).toThrow(`Grant shop covers ${role}, which azfed itself works with`);
  });

  it('about secrets and roles that a function could not use', () => {
    const [organizationOne] = federation([HUB]).organizations;
    const unfit = {
      ...federation([HUB]),
      organizations: [{ ...organizationOne, credential: { type: 'pat', env: 'AZFED_PAT' } }],
      accounts: [{ id: HUB }],
    };
    const read = () => readService({ configuration: writeFederation(unfit) });
    expect(read).toThrow('The credential of organization contoso is read from an environment variable.');
    expect(read).toThrow(`Account ${HUB} has no assumeRole.`);
  });
});
