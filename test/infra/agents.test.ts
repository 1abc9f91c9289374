import { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { createAgentsStack } from '../../infra/aws/agents/agents-stack.ts';
import { readAgentSettings } from '../../infra/aws/agents/settings.ts';
import type { Resource, Template } from '../../infra/aws/template-values.ts';

const SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:azfed/agents-AbCdEf';
const SHA256 = '0123456789abcdef'.repeat(4);
const given = {
  region: 'us-east-1',
  organizationUrl: 'https://dev.azure.com/contoso',
  pool: 'linux',
  tokenSecret: SECRET,
  agentVersion: '5.278.0',
  agentSha256: SHA256,
};
const network = {
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: 'subnet-0123456789abcdef0,subnet-0123456789abcdef1',
  availabilityZones: 'us-east-1a,us-east-1b',
};
const cli = { awsCliVersion: '2.31.0', awsCliSha256: SHA256 };

function buildApp(context: Readonly<Record<string, unknown>>): App {
  const app = new App({ builtinCloudFormationValidation: false });
  createAgentsStack(app, readAgentSettings({ ...given, ...context }));
  return app;
}

function synthesize(context: Readonly<Record<string, unknown>> = network): Template {
  const [stack] = buildApp(context).synth({ skipValidation: true }).stacks;
  return stack?.template as Template;
}

const ofType = (type: string, { Resources: resources }: Template) =>
  Object.values(resources).filter(({ Type }) => Type === type);

function only(type: string, template: Template): Resource['Properties'] {
  const [resource, another] = ofType(type, template);
  if (!resource || another) throw new Error(`Not exactly one ${type}.`);
  return resource.Properties;
}

const launched = (template: Template) =>
  only('AWS::EC2::LaunchTemplate', template)['LaunchTemplateData'] as Record<string, unknown>;

const readProblem = (context: Readonly<Record<string, unknown>>) => {
  try {
    readAgentSettings(context);
    return '';
  } catch (error) {
    return String(error);
  }
};

describe('the stack of agents', () => {
  const template = synthesize();

  it('lets nobody in, and https alone out', () => {
    const { SecurityGroupIngress: inward, SecurityGroupEgress: outward } = only(
      'AWS::EC2::SecurityGroup',
      template,
    );
    expect(inward).toBeUndefined();
    expect(ofType('AWS::EC2::SecurityGroupIngress', template)).toEqual([]);
    expect(outward).toEqual([
      expect.objectContaining({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0' }),
    ]);
  });

  it('gives the metadata of an instance to nobody beyond it, and only with a token', () => {
    expect(launched(template)['MetadataOptions']).toMatchObject({
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
    });
  });

  it('ends an instance that shuts itself down, and puts another in its place', () => {
    expect(launched(template)['InstanceInitiatedShutdownBehavior']).toBe('terminate');
    const group = only('AWS::AutoScaling::AutoScalingGroup', synthesize({ ...network, size: '3' }));
    expect(group).toMatchObject({ MinSize: '3', MaxSize: '3' });
    // It would end an agent in the middle of a deployment.
    expect(group).not.toHaveProperty('MaxInstanceLifetime');
  });

  it('lets the instance read its token and write its log, and nothing else', () => {
    const { PolicyDocument: policy } = only('AWS::IAM::Policy', template) as {
      PolicyDocument: { Statement: unknown };
    };
    expect(policy.Statement).toEqual([
      { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: SECRET },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^log/), 'Arn'] },
      },
    ]);
    expect(only('AWS::IAM::Role', template)).not.toHaveProperty('ManagedPolicyArns');
  });

  it('encrypts the disk', () => {
    expect(launched(template)['BlockDeviceMappings']).toMatchObject([
      { Ebs: { Encrypted: true, VolumeType: 'gp3' } },
    ]);
  });

  it.each([
    ['Amazon Linux', {}, 'al2023-ami-kernel-default-x86_64', 't3.medium'],
    ['Amazon Linux on arm64', { architecture: 'arm64' }, 'al2023-ami-kernel-default-arm64', 't4g.medium'],
    ['Ubuntu', { ...cli, distribution: 'ubuntu' }, 'ubuntu/server/24.04/stable/current/amd64', 't3.medium'],
    ['another type', { instanceType: 'm7i.large' }, 'al2023-ami-kernel-default-x86_64', 'm7i.large'],
  ])('starts the newest image of %s', (_name, settings, image, type) => {
    const context = { ...network, ...settings };
    const made = synthesize(context);
    expect(JSON.stringify(made.Parameters)).toContain(image);
    expect(launched(made)['InstanceType']).toBe(type);
  });

  it('carries the script as it stands, with the settings before it, and no token', () => {
    const text = Buffer.from(
      String(Object.values(launched(template)['UserData'] as object)[0]),
      'base64',
    ).toString();
    const userData = text.includes('AGENT_POOL') ? text : JSON.stringify(launched(template)['UserData']);
    expect(userData).toContain("export AGENT_POOL='linux'");
    expect(userData).toContain(`export AGENT_SHA256='${SHA256}'`);
    expect(userData).toContain('VSTS_AGENT_INPUT_TOKEN=$secret');
    expect(userData.length).toBeLessThan(16_384);
  });

  it('makes a network of its own where none is named', () => {
    const made = synthesize({});
    expect(ofType('AWS::EC2::NatGateway', made)).toHaveLength(1);
    expect(ofType('AWS::EC2::FlowLog', made)).toHaveLength(1);
    expect(ofType('AWS::EC2::VPC', template)).toEqual([]);
  });

  it.each([
    ['a network that is there', network],
    ['one of its own', {}],
  ])('satisfies cdk-nag in %s', (_name, context) => {
    const app = buildApp(context);
    expect(new AwsSolutionsChecks(app).validateScope(app).violations).toEqual([]);
  });

  it('names everything that is wrong with its settings at once', () => {
    const problems = readProblem({
      ...given,
      pool: '$(id)',
      tokenSecret: 'azfed/agents',
      agentSha256: 'abc',
      vpc: 'vpc-1',
    });
    for (const word of ['pool', 'tokenSecret', 'agentSha256', 'vpc'])
      expect(problems).toContain(`\`${word}\``);
    expect(readProblem({ ...given, distribution: 'ubuntu' })).toContain(
      '`awsCliVersion` and `awsCliSha256` are missing',
    );
    expect(readProblem({ ...given, vpcId: 'vpc-0123456789abcdef0' })).toContain('belong together');
    expect(readProblem({ region: 'us-east-1' })).toContain('`agentVersion` is missing');
    expect(readProblem(given)).toBe('');
  });
});
