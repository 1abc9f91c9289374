import { parseConnectionId } from '../../shared/domain/kernel/ids.ts';
import type { IamView } from '../builders/iam-view.ts';
import { viewIam } from '../builders/iam-view.ts';
import { MOST_PASSES, selectMishaps, runUntilQuiet } from '../builders/mishaps.ts';
import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, required, setStage } from '../builders/stage.ts';
import { ADMINISTRATOR, createTampering, looseStatements } from '../builders/tampering.ts';
import { createTrouble } from '../builders/wire.ts';

const connections = { 'Shop/prod': 'shop-prod' };

interface Story {
  readonly what: string;
  readonly begin: (stage: Stage) => Promise<void>;
  readonly event: string;
  /** Nobody but azfed opens anything in it. */
  readonly startsClosed: boolean;
}

const stories: readonly Story[] = [
  {
    what: 'creates a role',
    begin: () => Promise.resolve(),
    event: 'connection.federated.v1',
    startsClosed: true,
  },
  {
    what: 'repairs a role',
    async begin(stage) {
      await stage.runOnce();
      stage.clock.advance(15 * MINUTE_MS);
      const by = createTampering(stage.console);
      await by.setTrust('shop-prod', looseStatements.wildcard);
      await by.dropBoundary('shop-prod');
      await by.attach('shop-prod', ADMINISTRATOR);
    },
    event: 'connection.repaired.v1',
    startsClosed: false,
  },
];

describe.each(stories)('a run that $what', ({ begin, event, startsClosed }) => {
  const trouble = createTrouble();
  let stage: Stage;
  let golden: IamView;
  let length: number;
  /** Roles that were seen, after any write, to let somebody in without being whole. */
  const openTooEarly: string[] = [];

  beforeAll(async () => {
    stage = await setStage({ connections, trouble });
    stage.cloud.aws.onChange(() => {
      openTooEarly.push(...halfOpenRoles(stage));
    });
    await begin(stage);
    const before = trouble.requests;
    await stage.runOnce();
    length = trouble.requests - before;
    golden = await viewIam(stage.console);
    expect(length).toBeGreaterThan(20);
  });

  afterAll(() => stage.close());

  const transitions = async () => {
    const id = required(parseConnectionId(stage.id('Shop/prod')), 'id');
    const records = await stage.records();
    const pending = records.flatMap(({ outbox }) => outbox.pending);
    const all = [...(await stage.ports.history.read(id)).entries, ...pending];
    return all.filter(({ type }) => type === event).length;
  };

  it('comes to the same end whichever request goes wrong', async () => {
    for (let request = 1; request <= length; request++) {
      for (const mishap of selectMishaps(request, 2)) {
        await forget(stage);
        await begin(stage);
        openTooEarly.length = 0;
        trouble.plan(request, mishap);
        await stage.runOnce().catch(() => undefined);
        trouble.fix();
        const runs = await runUntilQuiet(stage);
        const state = { iam: await viewIam(stage.console), notified: await transitions(), request, mishap };
        expect(state).toEqual({ iam: golden, notified: 1, request, mishap });
        expect(runs).toBeLessThanOrEqual(MOST_PASSES);
        if (startsClosed) expect(openTooEarly).toEqual([]);
      }
    }
  });
});

/** Roles whose trust lets a connection in while their boundary or a policy is missing. */
function halfOpenRoles({ cloud }: Stage): readonly string[] {
  return cloud.aws
    .snapshot()
    .accounts.flatMap(({ roles }) => roles)
    .filter(({ path, trust }) => path === '/azure-devops/' && trust.includes('sc://'))
    .filter(({ boundary, attached, inline }) => !boundary || attached.length === 0 || inline.length === 0)
    .map(({ name }) => name);
}

/** As if azfed had never been here: no role, no provider, an empty table. */
async function forget(stage: Stage): Promise<void> {
  const by = createTampering(stage.console);
  const { roles, providers } = await viewIam(stage.console);
  for (const role of Object.keys(roles)) await by.deleteRole(role);
  if (Object.keys(providers).length > 0) await by.deleteProvider();
  await stage.emptyTable();
}
