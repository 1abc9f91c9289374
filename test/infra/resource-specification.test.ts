import type { Template } from '../../infra/aws/template-values.ts';
import { HUB, OTHER_SPOKE, SPOKE, federation, organizationContext, writeFederation } from './federation.ts';
import { listSpecificationProblems } from './resource-specification.ts';
import { synthesize, synthesizeAgents, synthesizeSpoke } from './synthesis.ts';

const organization = organizationContext(writeFederation(federation([SPOKE, OTHER_SPOKE])));
const small = { mode: 'small', configuration: writeFederation(federation([HUB])) };
const everything = {
  ...organization,
  signedRecords: 'true',
  tracing: 'true',
  alarmEmail: 'ops@example.com',
  hookAddresses: '192.0.2.0/24',
  hookAccessLog: 'true',
  keepIndexes: 'gsi1,gsi2',
  permissionsBoundary: `arn:aws:iam::${HUB}:policy/own`,
};

const hub = synthesize(organization)['azfed'] ?? { Resources: {} };

describe('the resource specification of CloudFormation', () => {
  it.each<readonly [string, Readonly<Record<string, Template>>]>([
    ['the hub in mode organization', { hub }],
    ['the hub with every option', synthesize(everything)],
    ['the hub in mode small', synthesize(small)],
    ['the hub away from the home Region', synthesize({ ...small, region: 'eu-west-1' })],
    ['an account', { spoke: synthesizeSpoke(organization) }],
    ['agents with a network of their own', { agents: synthesizeAgents({}) }],
    [
      'agents in a network that is there',
      {
        agents: synthesizeAgents({
          vpcId: 'vpc-0123456789abcdef0',
          subnetIds: 'subnet-0123456789abcdef0',
          availabilityZones: 'us-east-1a',
        }),
      },
    ],
  ])('has nothing against %s', (_name, templates) => {
    for (const [name, template] of Object.entries(templates))
      expect([name, listSpecificationProblems(template)]).toEqual([name, []]);
    expect(Object.keys(templates).length).toBeGreaterThan(0);
  });

  type Change = (properties: Record<string, unknown>) => void;
  it.each<readonly [string, string, Change, RegExp]>([
    ['an unknown property', 'AWS::SQS::Queue', (queue) => (queue['Fifo'] = true), /Fifo is not known/],
    ['a missing property', 'AWS::Lambda::Function', (one) => delete one['Code'], /Code is missing/],
    [
      'a text for a number',
      'AWS::Lambda::Function',
      (one) => (one['Timeout'] = 'long'),
      /Timeout is not of type integer/,
    ],
    [
      'a value for a list',
      'AWS::DynamoDB::Table',
      (table) => (table['KeySchema'] = 'pk'),
      /KeySchema is not a list/,
    ],
    [
      'an unknown member deep inside',
      'AWS::DynamoDB::Table',
      (table) => (table['AttributeDefinitions'] = [{ AttributeName: 'pk', AttributeType: 'S', Kind: 'x' }]),
      /AttributeDefinitions\[0\]: Kind is not known/,
    ],
    [
      'a missing member behind a condition',
      'AWS::SQS::Queue',
      (queue) => (queue['Tags'] = { 'Fn::If': ['c', [{ Key: 'a' }], { Ref: 'AWS::NoValue' }] }),
      /Tags\[0\] is not a tag/,
    ],
    [
      'an attribute that a resource has not',
      'AWS::Lambda::Function',
      (one) => (one['Role'] = { 'Fn::GetAtt': [findId('AWS::SQS::Queue'), 'Id'] }),
      /AWS::SQS::Queue has no attribute Id/,
    ],
    ['a reference to nothing', 'AWS::Lambda::Function', (one) => (one['Role'] = { Ref: 'nobody' }), /nobody/],
  ])('refuses %s', (_name, type, change, problem) => {
    const mutant = structuredClone(hub);
    const resource = Object.values(mutant.Resources).find(({ Type }) => Type === type);
    change(resource?.Properties as Record<string, unknown>);
    expect(listSpecificationProblems(mutant)).toEqual([expect.stringMatching(problem)]);
  });

  it('refuses a type and a key of a resource that do not exist', () => {
    const mutant = {
      Resources: { a: { Type: 'AWS::SQS::Topic', Properties: {} }, b: { ...queue, Retain: true } },
    };
    expect(listSpecificationProblems(mutant)).toEqual([
      'a: there is no AWS::SQS::Topic.',
      'b: a resource has no Retain.',
    ]);
  });
});

const queue = { Type: 'AWS::SQS::Queue', Properties: {} };

const findId = (wanted: string) => Object.entries(hub.Resources).find(([, { Type }]) => Type === wanted)?.[0];
