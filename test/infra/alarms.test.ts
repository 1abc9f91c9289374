import { evaluatePolicies } from '../../infra/local/aws/iam/policy-verdict.ts';
import type { Statement } from '../../shared/domain/policy/policy-document.ts';
import { toList } from '../../shared/domain/policy/policy-document.ts';
import { HUB, SPOKE, federation, organizationContext, writeFederation } from './federation.ts';
import { resolveReferences } from '../../infra/aws/template-values.ts';
import type { Template } from '../../infra/aws/template-values.ts';
import { synthesize } from './synthesis.ts';

const file = writeFederation(federation([HUB]));
const small = { mode: 'small', configuration: file, alarmEmail: 'ops@example.com' };
const templates = [
  ['mode small', small],
  ['mode organization', organizationContext(writeFederation(federation([SPOKE])))],
  ['another name', { ...small, name: 'second' }],
] as const;

interface Caller {
  readonly service: string;
  readonly account: string;
  readonly source: string;
  readonly isEncrypted: boolean;
}

/** Whether the policies of a topic let a service publish; a topic with a KMS key would need a policy of the key as well. */
function letsPublish(template: Template, topicId: string, caller: Caller): boolean {
  const topic = template.Resources[topicId];
  if (topic?.Type !== 'AWS::SNS::Topic' || topic.Properties['KmsMasterKeyId'] !== undefined) return false;
  const concrete = resolveReferences(template);
  const policies = Object.values(template.Resources).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::SNS::TopicPolicy' &&
      (concrete(Properties['Topics']) as readonly string[]).includes(topicId),
  );
  const keys: Readonly<Record<string, string>> = {
    'aws:sourceaccount': caller.account,
    'aws:sourcearn': caller.source,
    'aws:securetransport': String(caller.isEncrypted),
  };
  const lookup = (key: string) => [keys[key.toLowerCase()] ?? []].flat();
  return (
    evaluatePolicies(
      policies.map(({ Properties }) => JSON.stringify(concrete(Properties['PolicyDocument']))),
      { action: 'sns:Publish', resource: topicId, lookup },
      (statement) => concerns(statement, caller.service, topicId),
    ) === 'allows'
  );
}

function concerns(statement: Statement, service: string, topicId: string): boolean {
  const principal = statement.Principal as '*' | Readonly<Record<string, string>>;
  const isMeant = principal === '*' || principal['AWS'] === '*' || principal['Service'] === service;
  return isMeant && toList(statement.Resource).includes(topicId);
}

describe.each(templates)('the alarms of %s', (_name, context) => {
  const { name = 'azfed' } = context as { readonly name?: string };
  const template = synthesize(context)[name] ?? { Resources: {} };
  const alarms = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
  const cloudWatch: Caller = {
    service: 'cloudwatch.amazonaws.com',
    account: HUB,
    source: `arn:aws:cloudwatch:us-east-1:${HUB}:alarm:${name}-breakers`,
    isEncrypted: true,
  };

  it('each reach a topic whose policy lets CloudWatch publish for that alarm', () => {
    expect(alarms.length).toBeGreaterThan(20);
    for (const { Properties } of alarms) {
      const actions = resolveReferences(template)(Properties['AlarmActions']) as readonly string[];
      expect(actions).toHaveLength(1);
      const alarm = `arn:aws:cloudwatch:us-east-1:${HUB}:alarm:${String(Properties['AlarmName'])}`;
      expect(letsPublish(template, actions[0] ?? '', { ...cloudWatch, source: alarm })).toBe(true);
    }
  });

  it.each([
    [
      'an alarm of another account',
      { account: SPOKE, source: `arn:aws:cloudwatch:us-east-1:${SPOKE}:alarm:x` },
    ],
    [
      'an alarm of another account that claims this one',
      { source: `arn:aws:cloudwatch:us-east-1:${SPOKE}:alarm:x` },
    ],
    ['another service', { service: 'events.amazonaws.com' }],
    ['what is no alarm', { source: `arn:aws:events:us-east-1:${HUB}:rule/x` }],
    ['a connection without TLS', { isEncrypted: false }],
  ])('are not heard where it is %s', (_what, other) => {
    const [topic = ''] = Object.keys(template.Resources).filter(
      (id) => template.Resources[id]?.Type === 'AWS::SNS::Topic',
    );
    expect(letsPublish(template, topic, cloudWatch)).toBe(true);
    expect(letsPublish(template, topic, { ...cloudWatch, ...other })).toBe(false);
  });
});
