import { request } from 'node:http';
import { startLoopbackServer } from '../../../infra/local/loopback/loopback-server.ts';
import { startCloud, stopClouds } from './cloud.ts';

afterEach(stopClouds);

/** A request to the address of the server, under another name. */
function sendRequest(host: string, url: string): Promise<{ readonly status: number; readonly text: string }> {
  const body = 'Action=GetCallerIdentity&Version=2011-06-15';
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { method: 'POST', headers: { host, 'content-length': body.length } },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, text });
        });
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

describe('the embedded AWS, asked for by a name', () => {
  it.each([
    'iam.amazonaws.com',
    'sts.amazonaws.com',
    'sts.eu-west-1.amazonaws.com',
    'sts.us-gov-west-1.amazonaws.com',
    'sts-fips.us-east-1.amazonaws.com',
    'cloudtrail.us-east-1.amazonaws.com:443',
    'iam.cn-north-1.amazonaws.com.cn',
    'iam.eusc-de-east-1.amazonaws.eu',
    'localhost:4000',
    '127.0.0.1',
  ])('answers as AWS does to %s', async (host) => {
    const { aws } = await startCloud();
    expect(await sendRequest(host, aws.url)).toMatchObject({
      status: 403,
      text: expect.stringContaining('MissingAuthenticationToken') as string,
    });
  });

  it.each([
    'attacker.example',
    'sts.eu-west-1.amazonaws.com.attacker.example',
    's3.amazonaws.com',
    'amazonaws.com',
    'xsts.amazonaws.com',
    'bad host',
  ])('refuses %s aloud, in a form that a client of AWS reads', async (host) => {
    const { aws } = await startCloud();
    const { status, text } = await sendRequest(host, aws.url);
    expect(status).toBe(421);
    expect(text).toContain('<Code>InvalidEndpoint</Code>');
    expect(text).toContain('This is the embedded AWS');
    expect(aws.calls).toEqual([]);
  });
});

it('a loopback service refuses every other name aloud, and does nothing', async () => {
  let asked = 0;
  const server = await startLoopbackServer(() => {
    asked += 1;
    return Promise.resolve({ status: 200, headers: {}, text: '' });
  });
  const { status, text } = await sendRequest('attacker.example', server.url);
  await server.close();
  expect([status, asked]).toEqual([421, 0]);
  expect(text).toContain('"attacker.example"');
});
