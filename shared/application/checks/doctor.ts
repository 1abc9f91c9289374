import type { Configuration } from '../../domain/configuration/configuration.ts';
import { accountChecks } from '../../domain/doctor/account-checks.ts';
import { findAccountListGap, resolveAccounts } from '../../domain/configuration/account-list.ts';
import { captureReading } from '../../domain/kernel/result.ts';
import { judging, type Check } from '../../domain/doctor/check.ts';
import { clockCheck, tableChecks } from '../../domain/doctor/deployment-checks.ts';
import { organizationChecks } from '../../domain/doctor/organization-checks.ts';
import { functionChecks, peopleChecks } from '../../domain/doctor/people-checks.ts';
import { grantCheck } from '../../domain/doctor/visibility-checks.ts';
import { webhookChecks } from '../../domain/doctor/webhook-checks.ts';
import { joinTrouble, readAccountList } from '../discovery/list-accounts.ts';
import type { DoctorPorts } from './doctor-readings.ts';
import {
  examineAccount,
  examineOrganization,
  examineCredentials,
  examineFunctions,
  examineTable,
  examineWebhook,
} from './doctor-readings.ts';

export interface DoctorRequest {
  /** Each webhook gets one signed event that tells of nothing. */
  readonly sendsTest: boolean;
}

/** Asks everything side by side, so that one failure hides no other, and judges what came. */
export async function examine(
  ports: DoctorPorts,
  configured: Configuration,
  { sendsTest }: DoctorRequest,
): Promise<readonly Check[]> {
  const { configuration, checks } = await examineListing(ports, configured);
  const [organizations, signIns, accounts, webhooks, table, functions, caller] = await Promise.all([
    Promise.all(configuration.organizations.map((one) => examineOrganization(ports, configuration, one))),
    examineCredentials(ports, configuration),
    Promise.all(configuration.accounts.map((one) => examineAccount(ports, configuration, one))),
    Promise.all(configuration.webhooks.map((one) => examineWebhook(ports, one, sendsTest))),
    examineTable(ports, configuration),
    examineFunctions(ports),
    ports.callers.caller(),
  ]);
  const now = ports.clock.now();
  return [
    ...clockCheck(
      'clock.azure-devops',
      organizations.map(({ examination }) => examination.clock),
    ),
    ...clockCheck(
      'clock.aws',
      accounts.map(({ examination }) => examination.clock),
    ),
    ...checks,
    ...peopleChecks({ people: configuration.people, caller }),
    ...tableChecks(table),
    ...functionChecks(functions, { people: configuration.people, caller }),
    ...organizations.flatMap((one) => organizationChecks(one, now, signIns.get(one.organization.id))),
    ...accounts.flatMap((one) => accountChecks(one, configuration, caller)),
    ...configuration.grants.map((grant) => grantCheck(grant, organizations)),
    ...webhooks.flatMap((one) => webhookChecks(one, table.controls)),
  ];
}

/** The accounts of AWS Organizations as it lists them now; where it does not, as they are stored. */
async function examineListing(
  { accountLists: { source, store }, clock }: Pick<DoctorPorts, 'accountLists' | 'clock'>,
  configuration: Configuration,
): Promise<{ readonly configuration: Configuration; readonly checks: readonly Check[] }> {
  const { listing } = configuration;
  if (!listing) return { configuration, checks: [] };
  const judge = judging('AWS Organizations');
  const stored = await captureReading(() => store.read());
  const { after, reading, requests } = await readAccountList(source, listing, stored, clock);
  const resolved = resolveAccounts(configuration, after);
  if (reading.state === 'unknown') {
    const trouble = joinTrouble(reading, stored);
    const { message } = findAccountListGap(resolved) ?? trouble;
    return { configuration: resolved, checks: [judge.unread('accounts.listed', { ...trouble, message })] };
  }
  const says = `Active accounts: ${after.list?.accounts.length ?? 0}; requests: ${requests}.`;
  return { configuration: resolved, checks: [judge.ok('accounts.listed', says)] };
}
