import { findLeaks } from '../builders/hostile.ts';
import { ORGANIZATION, MINUTE_MS, READER_PAT, required, setStage } from '../builders/stage.ts';
import { ADMINISTRATOR, createTampering } from '../builders/tampering.ts';

describe('a secret', () => {
  it('is in no record, event, report, error or line of output of a whole story', async () => {
    const output: string[] = [];
    const spies = (['stdout', 'stderr'] as const).map((name) =>
      jest.spyOn(process[name], 'write').mockImplementation((text) => output.push(String(text)) > 0),
    );
    const stage = await setStage({ connections: { 'Shop/a': 'role-a', 'Pay/b': 'role-b' } });
    const accessKey = { accessKeyId: 'AKIAPLANTEDPLANTED00', secretAccessKey: 'planted-secret-access-key' };
    const { connections, faults } = stage.cloud.azureDevOps;
    connections.create(ORGANIZATION, { project: 'Shop', name: 'keys', ...accessKey });
    const tokens: string[] = [];
    const said: string[] = [];
    const runOnce = async () => {
      said.push(JSON.stringify(await stage.runOnce()));
      stage.clock.advance(15 * MINUTE_MS);
    };

    await runOnce();
    tokens.push(await stage.token('Shop', stage.id('Shop/a')), await stage.token('Shop'));
    for (const token of tokens) await stage.assume('role-a', token);
    await createTampering(stage.console).attach('role-a', ADMINISTRATOR);
    await runOnce();
    for (const fault of ['401', '403', '500', 'sign-in-page-203', 'drop-connection'] as const) {
      faults.next({ operation: 'endpoints' }, fault, Infinity);
      await runOnce();
      faults.clear();
    }
    stage.cloud.aws.faults.next({ operation: 'ListRoles' }, 'accessDenied', Infinity);
    await runOnce();
    stage.cloud.aws.faults.clear();
    stage.cloud.receiver.failNext(500, 401);
    connections.recreate(ORGANIZATION, stage.id('Pay/b'));
    await runOnce();

    said.push(...(await stage.tableItems()), ...output);
    said.push(...stage.cloud.receiver.received.map(({ body }) => body));
    const everything = said.join('\n');
    expect(everything).toContain('connection.recreated');
    expect(everything).toContain('read.incomplete');
    const secrets = {
      'the token for Azure DevOps': READER_PAT,
      'the secret of the webhook': stage.cloud.webhookSecret,
      'the key of the webhook': stage.cloud.webhookSecret.replace('whsec_', ''),
      'the key of the deployment': stage.cloud.aws.hubCredentials.secretAccessKey,
      'the id of a static key': accessKey.accessKeyId,
      'a static key': accessKey.secretAccessKey,
      ...Object.fromEntries(tokens.map((token, nth) => [`token ${nth}`, token])),
      ...Object.fromEntries(
        tokens.map((token, nth) => [`signature ${nth}`, required(token.split('.')[2], 'signature')]),
      ),
    };
    expect(findLeaks(everything, secrets)).toStrictEqual([]);
    // The search finds each of them where it is.
    expect(findLeaks(JSON.stringify(Object.values(secrets)), secrets)).toStrictEqual(Object.keys(secrets));
    await stage.close();
    for (const spy of spies) spy.mockRestore();
  });
});
