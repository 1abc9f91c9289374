import { planText } from '../../../../functions/cli/output/plan-text.ts';
import { alsoDoing, because, reasonWhenBlocked } from '../../../../shared/domain/plan/change.ts';
import { tampered, tamperings } from '../../../builders/arbitraries-tampering.ts';
import { configuration, grant } from '../../../builders/configuration.ts';
import { layout } from '../../../builders/layout.ts';
import { connection } from '../../../builders/connection.ts';
import { roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import { after, federated, runOnce, selectRole, world } from '../../../builders/small-world.ts';

const rested = after(60, federated([connection(1)]));
const observing = { ...rested, configuration: configuration({ grants: [grant({ mode: 'observe' })] }) };
const listReasons = (seen: SmallWorld) =>
  runOnce(seen).changes.map(({ decision, reason }) => [decision, reason]);

describe('the reason of a change', () => {
  it.each(Object.entries(tamperings))('says that it is put back only where it is: %s', (_name, one) => {
    const role = tampered(selectRole(rested, roleArn('r1')), [one]);
    const iam = withRole(rested.iam, role);
    expect(listReasons({ ...rested, iam })).toEqual([
      ['allowed', expect.stringMatching(/; it is put back\./)],
    ]);
    expect(listReasons({ ...observing, iam })).toEqual([
      ['held', expect.stringMatching(/^Somebody changed the role of .* in IAM \([\w, ]+\)\.$/)],
    ]);
  });

  it('says that something is made only where it is', () => {
    const fresh = world([connection(1)]);
    expect(listReasons(fresh).map(([, reason]) => reason)).toEqual(
      expect.arrayContaining([expect.stringMatching(/; its role is made\.$/)]),
    );
    for (const [decision, reason] of listReasons({ ...fresh, configuration: observing.configuration })) {
      expect(decision).toBe('held');
      expect(reason).not.toContain(';');
    }
  });

  it('keeps what has happened, whatever else is done', () => {
    const why = alsoDoing(because('A', 'b'), 'C.');
    expect([why.reason, reasonWhenBlocked(why), reasonWhenBlocked({ reason: 'D.' })]).toEqual([
      'A; b. C.',
      'A.',
      'D.',
    ]);
  });
});

describe('a provider with the audience of somebody else and without ours', () => {
  it('is shown what is added, and nothing as if it went', () => {
    const [arn] = rested.iam.providers.keys();
    const known = arn && rested.iam.providers.get(arn);
    if (!arn || !known) throw new Error('There is no provider.');
    const providers = new Map([[arn, { ...known, audiences: ['somebody-else'] }]]);
    const { changes } = runOnce({ ...rested, iam: { ...rested.iam, providers } });
    expect(changes).toMatchObject([
      {
        differences: [
          {
            path: 'provider.audiences',
            expected: ['somebody-else', 'api://AzureADTokenExchange'],
            actual: ['somebody-else'],
          },
        ],
      },
    ]);
    const text = planText(changes, [], layout());
    expect(text).toContain('        + "api://AzureADTokenExchange"');
    expect(text).not.toMatch(/^ +- /m);
  });
});
