import { groupBy } from '../kernel/group-by.ts';
import type { HookRow } from '../discovery/hook-plan.ts';
import type { OrganizationInventory } from '../azure-devops/inventory.ts';
import type { Reading } from '../kernel/result.ts';
import type { Check, Judge } from './check.ts';

/** Without hooks the schedule finds everything, a little later: what is wrong with them is a warning. */
export function hooksCheck(
  judge: Judge,
  { projects }: Pick<OrganizationInventory, 'projects'>,
  rows: Reading<readonly HookRow[]>,
): Check {
  const code = 'hooks.subscribed';
  if (rows.state === 'unknown') {
    if (projects.state === 'unknown') return judge.untried(code, 'no project was read');
    // Which password each was given stands in the table.
    if (rows.code.startsWith('state.')) return judge.untried(code, 'the table was not read');
    return rows.code === 'config'
      ? judge.failed(code, rows.message, secretFix)
      : judge.unknown(code, rows.message, signInFix);
  }
  const due = rows.value.filter(({ change }) => change !== 'none');
  if (due.length === 0) return judge.ok(code, `Subscriptions in order: ${rows.value.length}.`);
  const groups = [...groupBy(due, ({ standing }) => standing)].map(
    ([standing, all]) => `${all.length} ${standing}`,
  );
  const places = [...new Set(due.map(({ projectName, projectId }) => projectName || projectId))];
  return judge.warning(code, `Not in order: ${groups.join(', ')} (${places.join(', ')}).`);
}

const secretFix =
  'Name the secret with the passwords of hooks under `hooks.secret`: output HookSecret of the deployment.';
const signInFix =
  'Sign in as somebody who may see service hooks: AZURE_DEVOPS_EXT_PAT; azfed itself need not see them.';
