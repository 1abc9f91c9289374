import type { TaskVerdict } from '../../../../shared/domain/verify/run-verdict.ts';
import { judgeTask } from '../../../../shared/domain/verify/run-verdict.ts';
import { readTaskLog } from '../../../../shared/domain/verify/task-log.ts';

const ISSUER = 'https://vstoken.dev.azure.com/5bb3ca2a-4b35-4d0c-9c7e-0c0f5e1f1a01';
const AUDIENCE = 'api://AzureADTokenExchange';
const SUBJECT = 'sc://contoso/Shop/aws-prod';
const SESSION = 'arn:aws:sts::123456789012:assumed-role/shop-prod/aws-vsts-tools';
const expected = {
  claims: [{ issuer: ISSUER, audience: AUDIENCE, subject: SUBJECT }],
  roleArn: 'arn:aws:iam::123456789012:role/azure-devops/shop/shop-prod',
};

const generated = (claims: { issuer?: string; subject?: string; audience?: string } = {}) => {
  const { issuer = ISSUER, subject = SUBJECT, audience = AUDIENCE } = claims;
  return `OIDC Token generated: issuer: {${issuer}} sub: {${subject}}, aud: {${audience}}`;
};
const assumed = `...role assumed via OIDC Token: ${SESSION}`;
const caller = (arn = SESSION) => [
  '{',
  '    "UserId": "AROAEXAMPLE:aws-vsts-tools",',
  `    "Arn": "${arn}"`,
  '}',
];
const failed = (error: string) => `Failed to assume role with OIDC: ${error}`;
const roleBased = `...endpoint defines role-based credentials for role ${expected.roleArn}.`;
const missing = '##[error]Error: Missing credentials in config';

const judge = (...lines: readonly string[]): TaskVerdict =>
  judgeTask('AWSCLI', readTaskLog(lines.map((line) => `2026-11-22T09:00:00.1234567Z ${line}`)), expected);

describe('the log of a task', () => {
  it('proves that the connection got in, by token, role and caller together', () => {
    expect(judge('Getting OIDC Token...', generated(), assumed, ...caller())).toEqual({
      task: 'AWSCLI',
      outcome: 'proven',
      evidence: SESSION,
    });
  });

  it('proves it in the words of the PowerShell task too', () => {
    const claims = [
      `OIDC Token Subject: ${SUBJECT}`,
      `OIDC Token Issuer (Provider URL): ${ISSUER}`,
      `OIDC Token Audience: ${AUDIENCE}`,
    ];
    expect(judge(...claims, assumed, ...caller())).toMatchObject({ outcome: 'proven' });
  });

  it.each<readonly [string, readonly string[], TaskVerdict['failure'], string]>([
    [
      'another subject',
      [generated({ subject: 'sc://contoso/shop/aws-prod' }), assumed, ...caller()],
      'task.subject-unexpected',
      'sc://contoso/shop/aws-prod',
    ],
    [
      'another issuer',
      [generated({ issuer: 'https://login.microsoftonline.com/t/v2.0' }), assumed, ...caller()],
      'task.issuer-unexpected',
      'https://login.microsoftonline.com/t/v2.0',
    ],
    [
      'another audience',
      [generated({ audience: 'sts.amazonaws.com' }), assumed, ...caller()],
      'task.audience-unexpected',
      'sts.amazonaws.com',
    ],
    [
      'a caller that is another role',
      [generated(), assumed, ...caller('arn:aws:sts::123456789012:assumed-role/agent/i-1')],
      'task.role-unexpected',
      'arn:aws:sts::123456789012:assumed-role/agent/i-1',
    ],
    [
      'a role of this name in another account',
      [
        generated(),
        assumed.replace('123456789012', '210987654321'),
        ...caller(SESSION.replace('123456789012', '210987654321')),
      ],
      'task.role-unexpected',
      SESSION.replace('123456789012', '210987654321'),
    ],
    [
      'an error of STS that was swallowed',
      [
        generated(),
        failed('InvalidIdentityToken: No OpenIDConnect provider found in your account for https://x'),
        roleBased,
        missing,
      ],
      'sts.provider-missing',
      'InvalidIdentityToken: No OpenIDConnect provider found in your account for https://x',
    ],
    [
      'an error that was swallowed, and other credentials that got in',
      [
        generated(),
        failed('AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity'),
        ...caller('arn:aws:sts::123456789012:assumed-role/agent/i-1'),
      ],
      'sts.not-authorized',
      'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    ],
    [
      'an error that nobody knows',
      [generated(), failed('SomethingNew: happened')],
      'task.oidc-failed',
      'SomethingNew: happened',
    ],
    [
      'no token',
      ['Getting OIDC Token...', failed('Error: Request failed'), missing],
      'task.no-token',
      'Error: Request failed',
    ],
    [
      'keys of the connection',
      [
        '...endpoint defines standard access/secret key credentials',
        ...caller('arn:aws:iam::123456789012:user/ci'),
      ],
      'connection.uses-keys',
      'arn:aws:iam::123456789012:user/ci',
    ],
    [
      'a role of the agent',
      ['Assuming role without credentials (via instance profile)...', ...caller()],
      'connection.no-oidc',
      SESSION,
    ],
    ['no aws command', ["##[error]Unable to locate executable file: 'aws'"], 'task.aws-missing', ''],
    ['nothing', [], 'task.unclear', ''],
    ['a caller, and not how it came in', caller(), 'task.role-unexpected', SESSION],
  ])('proves nothing with %s', (_what, lines, failure, evidence) => {
    expect(judge(...lines)).toEqual({ task: 'AWSCLI', outcome: 'refused', failure, evidence });
  });
});
