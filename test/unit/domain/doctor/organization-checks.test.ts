import type { OrganizationInventory } from '../../../../shared/domain/azure-devops/inventory.ts';
import type { HookRow } from '../../../../shared/domain/discovery/hook-plan.ts';
import { organizationChecks } from '../../../../shared/domain/doctor/organization-checks.ts';
import type { Reading } from '../../../../shared/domain/kernel/result.ts';
import { complete, unknown } from '../../../../shared/domain/kernel/result.ts';
import { contoso } from '../../../builders/configuration.ts';
import { connection } from '../../../builders/connection.ts';
import { inventory } from '../../../builders/inventory.ts';

const whole = inventory([connection(1)]);
const unasked = unknown('unavailable', 'Nobody was asked.');
const examination = { name: unasked, awsType: unasked, clock: unasked };

const checkHooks = (hooks: Reading<readonly HookRow[]>, seen: OrganizationInventory = whole) =>
  organizationChecks({ organization: contoso, inventory: seen, examination, hooks }, 0)
    .filter(({ code }) => code === 'hooks.subscribed')
    .map(({ verdict, says }) => `${verdict}: ${says}`);

describe('the subscriptions of service hooks', () => {
  it.each<readonly [string, Reading<readonly HookRow[]>, OrganizationInventory, string]>([
    ['are in order', complete([]), whole, 'ok: Subscriptions in order: 0.'],
    [
      'are not tried without the table, which has their passwords',
      unknown('state.unavailable', 'DynamoDB does not answer.'),
      whole,
      'unknown: Not tried: the table was not read.',
    ],
    [
      'are not tried without the projects',
      unknown('unavailable', 'No project is known.'),
      { ...whole, projects: unknown('throttled', 'Azure DevOps holds requests back.') },
      'unknown: Not tried: no project was read.',
    ],
    [
      'cannot be judged where the configuration names a secret that is none',
      unknown('config', 'The secret is not there.'),
      whole,
      'failed: The secret is not there.',
    ],
    [
      'are unknown where they may not be listed',
      unknown('forbidden', 'HTTP 403.'),
      whole,
      'unknown: HTTP 403.',
    ],
  ])('%s', (_what, hooks, seen, expected) => {
    expect(checkHooks(hooks, seen)).toEqual([expected]);
  });

  it('are no matter where no hooks are configured', () => {
    const codes = organizationChecks({ organization: contoso, inventory: whole, examination }, 0).map(
      ({ code }) => code,
    );
    expect(codes).toContain('projects.readable');
    expect(codes).not.toContain('hooks.subscribed');
  });
});
