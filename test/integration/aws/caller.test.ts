import { ACCOUNT, roleArn } from '../../builders/domain-ids.ts';
import { createSessionSource } from '../../../shared/adapters/aws/account-session.ts';
import { createCallerSource } from '../../../shared/adapters/aws/account-sign-in.ts';
import { createStsClient } from '../../../shared/adapters/aws/iam-client.ts';
import { readingPolicy } from '../../../shared/adapters/aws/session-policy.ts';
import type { LocalAws } from '../../../infra/local/aws/local-aws.ts';
import { startLocalAws } from '../../../infra/local/aws/local-aws.ts';
import { startLoopbackServer } from '../../../infra/local/loopback/loopback-server.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';

const region = 'us-east-1';

describe('who is at the keyboard', () => {
  let aws: LocalAws;
  beforeAll(async () => {
    aws = await startLocalAws();
  });
  afterAll(() => aws.close());

  it('is told by the ARN of a user', async () => {
    const credentials = aws.hubCredentials;
    const callers = createCallerSource({ endpoint: aws.url, region, credentials });
    expect(await callers.caller()).toBe('arn:aws:iam::111122223333:user/admin');
    expect(await callers.caller()).toBe('arn:aws:iam::111122223333:user/admin');
  });

  it('is told by the ARN of a session, however little it may do', async () => {
    aws.addAccount({ id: ACCOUNT });
    const hub = createStsClient('aws', { endpoint: aws.url, credentials: aws.hubCredentials });
    const sessions = createSessionSource(systemClock, { next: () => 'ana' }, '');
    const spoke = { role: roleArn('azfed-spoke', '/'), externalId: undefined };
    const { credentials } = await sessions.assume(hub, { spoke, policy: readingPolicy(), seconds: 900 });
    hub.destroy();
    const callers = createCallerSource({ endpoint: aws.url, region, credentials });
    expect(await callers.caller()).toBe('arn:aws:sts::123456789012:assumed-role/azfed-spoke/ana');
  });

  it('is not told to keys that nobody knows, or where nobody answers', async () => {
    const credentials = { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' };
    const unknown = createCallerSource({ endpoint: aws.url, region, credentials });
    const elsewhere = { endpoint: 'http://127.0.0.1:1', region, credentials: aws.hubCredentials };
    expect(await unknown.caller()).toBeUndefined();
    expect(await createCallerSource(elsewhere).caller()).toBeUndefined();
  });

  it('is not waited for', async () => {
    const silent = await startLoopbackServer(() => Promise.resolve('hang'));
    const slow = { endpoint: silent.url, region, credentials: aws.hubCredentials, timeoutMs: 50 };
    expect(await createCallerSource(slow).caller()).toBeUndefined();
    await silent.close();
  });
});
