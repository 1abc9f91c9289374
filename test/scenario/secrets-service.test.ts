import { createPowertoolsTelemetry } from '../../shared/adapters/telemetry/powertools-telemetry.ts';
import { withoutSecrets } from '../../shared/config/url-rules.ts';
import { findActive, hostileText, hostileTexts, findLeaks } from '../builders/hostile.ts';
import type { ServiceStage } from '../builders/service-stage.ts';
import { setServiceStage } from '../builders/service-stage.ts';
import { ORGANIZATION, READER_PAT, required, roleArn } from '../builders/stage.ts';
import { createTampering, ownStatement } from '../builders/tampering.ts';

const keys = {
  accessKeyId: 'AKIAPLANTEDPLANTED00',
  secretAccessKey: 'planted/secret+access=key',
  sessionToken: 'planted-session-token//==',
};
const GUESS = 'planted-guess-of-a-password';

/** What IAM takes in a description (API reference, CreateRole): line breaks, and Latin-1 without its controls. */
const hostileDescription = hostileText
  .replaceAll(/[^\n\r\t\u0020-\u007e\u00a1-\u00ff]/gu, '')
  .slice(0, 1_000);

/** Names, and what is shown beside them, that act wherever somebody forgets that they are from outside. */
function seedHostile(stage: ServiceStage): void {
  const { connections } = stage.cloud.azureDevOps;
  for (const [does, name] of Object.entries(hostileTexts)) {
    const asking = { roleArn: roleArn(does.replaceAll(' ', '-')), useOidc: true };
    connections.create(ORGANIZATION, { project: 'Shop', name, ...asking });
    connections.create(ORGANIZATION, { project: 'Pay', name: `keys ${name}`, ...keys });
  }
  // Its good name lets it be federated, so that its other one is recorded and told.
  connections.share(
    ORGANIZATION,
    stage.id('Shop/a'),
    'Pay',
    `a ${hostileTexts['forges a line']} ${hostileText}`,
  );
}

/** Everything happens that can make azfed repeat what it was told. */
async function runLifecycle(stage: ServiceStage): Promise<readonly string[]> {
  const { cloud, console } = stage;
  await stage.letWrite();
  seedHostile(stage);
  await stage.tick();
  const tampering = createTampering(console);
  await tampering.setDescription('role-a', hostileDescription);
  await tampering.setTrust('role-a', ownStatement(`Shop/${hostileTexts['commands Azure Pipelines']}`));
  await tampering.tag('role-b', 'note', '::add-mask::a');
  await stage.tick();
  for (const fault of ['401', 'sign-in-page-203'] as const) {
    cloud.azureDevOps.faults.next({ operation: 'endpoints' }, fault, 3);
    await stage.tick();
  }
  cloud.azureDevOps.faults.clear();
  cloud.aws.faults.next({ operation: 'UpdateAssumeRolePolicy' }, 'accessDenied', 3);
  cloud.azureDevOps.connections.recreate(ORGANIZATION, stage.id('Pay/b'));
  cloud.receiver.failNext(500, 401);
  await stage.tick();
  await stage.sendRaw(`${hostileTexts['commands Azure Pipelines']} ${GUESS}`, 'poison');
  await stage.drain();
  return Promise.all([postToHook(stage, GUESS), postToHook(stage, hookPassword(stage))]);
}

async function postToHook({ service }: ServiceStage, password: string): Promise<string> {
  const answer = await fetch(service.hook.url, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`azfed:${password}`).toString('base64')}` },
    body: JSON.stringify({ eventType: hostileText, resource: { name: GUESS } }),
  });
  return [answer.status, ...[...answer.headers].flat(), await answer.text()].join('\n');
}

function hookPassword({ cloud }: ServiceStage): string {
  const [organization] = cloud.azureDevOps.snapshot().organizations;
  const [subscription] = required(organization, ORGANIZATION).subscriptions ?? [];
  return required(subscription?.consumerInputs['basicAuthPassword'], 'password of the hook');
}

describe('a service among hostile names, with secrets all around it', () => {
  let stage: ServiceStage;
  let secrets: Readonly<Record<string, string>>;
  /** What is in each place that azfed writes to. */
  let sinks: Readonly<Record<'table' | 'queues' | 'log' | 'webhooks' | 'answers' | 'iam', readonly string[]>>;

  beforeAll(async () => {
    const written: string[] = [];
    const spies = [process.stdout, process.stderr].map((stream) =>
      jest.spyOn(stream, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0),
    );
    const log = createPowertoolsTelemetry({ service: 'all', namespace: 'azfed', redact: withoutSecrets });
    try {
      stage = await setServiceStage({ connections: { 'Shop/a': 'role-a', 'Pay/b': 'role-b' }, log });
      const answers = await runLifecycle(stage);
      sinks = {
        table: await stage.tableItems(),
        queues: stage.bodies.filter((body) => !body.includes(GUESS)),
        log: written.join('').split('\n').slice(0, -1),
        webhooks: stage.cloud.receiver.received.map(({ body }) => body),
        answers,
        iam: stage.cloud.aws.events
          .filter(({ userIdentity }) => JSON.stringify(userIdentity).includes('azfed-spoke'))
          .map((event) => JSON.stringify(event)),
      };
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    secrets = {
      ...keys,
      'the token of the reader': READER_PAT,
      'the password of the hook': hookPassword(stage),
      'a wrong password': GUESS,
      'the secret of the webhook': stage.cloud.webhookSecret,
      'the key of the webhook': stage.cloud.webhookSecret.replace('whsec_', ''),
      'the key of the deployment': stage.cloud.aws.hubCredentials.secretAccessKey,
    };
  });
  afterAll(() => stage.close());

  const names = ['table', 'queues', 'log', 'webhooks', 'answers', 'iam'] as const;

  it.each(names)('has no secret in what it leaves in: %s', (name) => {
    expect(sinks[name].length).toBeGreaterThan(1);
    expect(findLeaks(sinks[name].join('\n'), secrets)).toStrictEqual([]);
  });

  it.each(['accessKeyId', 'secretAccessKey', 'sessionToken', 'the password of the hook'])(
    'is in a place where the search finds %s',
    (name) => {
      expect(findLeaks(JSON.stringify(stage.cloud.azureDevOps.snapshot()), secrets)).toContain(name);
    },
  );

  it('is seen to leak by the search, in whatever spelling', () => {
    for (const [name, secret] of Object.entries(secrets))
      for (const leak of [
        `{"a":${JSON.stringify(secret)}}`,
        `?token=${encodeURIComponent(secret)}`,
        Buffer.from(`:${secret}`).toString('base64'),
        Buffer.from(`azfed:${secret} and more`).toString('base64url'),
      ])
        expect(findLeaks(leak, secrets)).toContain(name);
  });

  it('keeps and tells hostile names as they are', () => {
    const notified = stage.notified().map((event) => JSON.stringify(event.data));
    const name = JSON.stringify(hostileTexts['forges a line']).slice(1, -1);
    expect(notified.some((data) => data.includes(name))).toBe(true);
    expect(sinks.table.some((item) => item.includes(hostileTexts['is a formula']))).toBe(true);
  });

  it.each(['queues', 'log', 'answers'] as const)('lets nothing act in: %s', (name) => {
    expect(sinks[name].flatMap(findActive)).toStrictEqual([]);
  });

  it('puts nothing into IAM that acts, but for a subject, which is exact or lets nobody in', () => {
    const subjects = (['dresses a line of Azure Pipelines', 'commands Azure Pipelines'] as const).map(
      (what) => `sc://${ORGANIZATION}/Shop/${hostileTexts[what]}`,
    );
    for (const subject of subjects) expect(sinks.iam.join('\n')).toContain(subject);
    const rest = sinks.iam.map((event) => subjects.reduce((text, one) => text.replaceAll(one, ''), event));
    expect(rest.flatMap(findActive)).toStrictEqual([]);
  });

  it('writes one JSON object on each line of the log', () => {
    for (const line of sinks.log) expect(JSON.parse(line)).toEqual(expect.any(Object));
  });

  it('posts events of which every attribute can be printed', () => {
    for (const body of sinks.webhooks) {
      const { data, ...attributes } = JSON.parse(body) as Readonly<Record<string, unknown>>;
      expect(data).toBeDefined();
      expect(
        Object.values(attributes).filter((value) => !/^[\x21-\x7e]+$/.test(String(value))),
      ).toStrictEqual([]);
    }
  });
});
