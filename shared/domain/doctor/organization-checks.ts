import type { Organization } from '../configuration/configuration.ts';
import { findCredentialEnd } from '../discovery/credential-expiry.ts';
import type { HookRow } from '../discovery/hook-plan.ts';
import type { OrganizationInventory } from '../azure-devops/inventory.ts';
import type { Reading } from '../kernel/result.ts';
import { judging, type Check, type Judge } from './check.ts';
import type { AwsType, OrganizationExamination } from './examination.ts';
import { projectsCheck, shownCheck, visibleCheck } from './visibility-checks.ts';
import { groupItems } from '../kernel/group-by.ts';
import { formatDate } from '../kernel/durations.ts';

/** Everything that was read of one organization. */
export interface ExaminedOrganization {
  readonly organization: Organization;
  readonly inventory: OrganizationInventory;
  readonly examination: OrganizationExamination;
  /** Left out where no service hooks are configured. */
  readonly hooks?: Reading<readonly HookRow[]>;
  /** The last day of the audit log. Left out where the organization is not followed by it. */
  readonly audit?: Reading<{ readonly entries: readonly unknown[]; readonly unreadable: number }>;
}

/** Whose token the organization is asked with, as far as it is not the configured one. */
export interface ExaminedSignIn {
  /** The same personal access token serves another organization, too. */
  readonly isGlobal: boolean;
  readonly type?: 'pat' | 'bearer';
  readonly source?: string;
}

/** What an organization has to be like for a run to read it, and for its connections to be federated. */
export function organizationChecks(
  { organization, inventory, examination, hooks, audit }: ExaminedOrganization,
  now: number,
  signIn?: ExaminedSignIn,
): readonly Check[] {
  const judge = judging(`organization ${organization.name}`);
  return [
    ...credentialChecks(judge, organization, inventory, { now, signIn }),
    pinnedCheck(judge, organization, inventory),
    namedCheck(judge, organization, examination.name),
    projectsCheck(judge, inventory),
    visibleCheck(judge, inventory),
    shownCheck(judge, inventory),
    extensionCheck(judge, inventory, examination.awsType),
    ...(hooks ? [hooksCheck(judge, inventory, hooks)] : []),
    ...(audit ? [auditCheck(judge, audit)] : []),
  ];
}

function credentialChecks(
  judge: Judge,
  { credential }: Organization,
  inventory: OrganizationInventory,
  { now, signIn }: { readonly now: number; readonly signIn: ExaminedSignIn | undefined },
): readonly Check[] {
  const { identity } = inventory;
  if (identity.state === 'unknown' && identity.code === 'no-credential') {
    return [
      judge.failed('credential.obtainable', identity.message),
      judge.untried('credential.accepted', 'the credential could not be had'),
      judge.untried('credential.lasting', 'the credential could not be had'),
    ];
  }
  const source =
    credential.type === 'entra'
      ? `Entra gives tokens to the application ${credential.clientId}.`
      : `It is in ${'env' in credential ? `the variable ${credential.env}` : credential.secret}.`;
  return [
    judge.ok('credential.obtainable', signIn?.source ?? source),
    acceptedCheck(judge, inventory),
    describeLasting(judge, signIn) ?? lastingCheck(judge, credential, inventory, now),
  ];
}

function describeLasting(judge: Judge, signIn: ExaminedSignIn | undefined): Check | undefined {
  if (signIn?.isGlobal) return judge.warning('credential.lasting', GLOBAL, globalFix);
  if (signIn?.type !== 'bearer') return undefined;
  return judge.ok('credential.lasting', 'It is of whoever runs this, for as long as they are signed in.');
}

const GLOBAL =
  'The token serves several organizations. Azure DevOps retires such global tokens on 2026-12-01, whatever their own end.';
const globalFix =
  'Issue a token for each organization alone; or sign in through Entra, and people with az login (docs/credentials.md).';

/** The way there says nothing of the credential, nor does what is hidden from it: other checks tell of these. */
const refusals = [
  'conditional-access',
  'unauthorized',
  'sign-in-page',
  'not-json',
  'refused-address',
  'redirected',
];

function acceptedCheck(judge: Judge, { identity }: OrganizationInventory): Check {
  if (identity.state === 'complete') return judge.ok('credential.accepted', 'Azure DevOps answers to it.');
  return refusals.includes(identity.code)
    ? judge.failed('credential.accepted', identity.message, fixOfRefusal[identity.code])
    : judge.unknown('credential.accepted', identity.message, reachFix);
}

/** Where a new credential would be refused as well. */
const fixOfRefusal: Readonly<Record<string, string>> = {
  'conditional-access':
    'Let an administrator of the tenant admit the addresses that azfed calls from, or exclude its identity from the policy. A new token is refused as well.',
};

const reachFix = 'Fix the way to Azure DevOps first, or wait until it is well: https://status.dev.azure.com.';

function lastingCheck(
  judge: Judge,
  credential: Organization['credential'],
  inventory: OrganizationInventory,
  now: number,
): Check {
  const end = findCredentialEnd(inventory, now);
  if (end) return judge[end.hasEnded ? 'failed' : 'warning']('credential.lasting', end.message);
  const { credentialExpiresAt: expiresAt } = inventory;
  if (expiresAt !== undefined) return judge.ok('credential.lasting', `It ends on ${formatDate(expiresAt)}.`);
  return judge.ok(
    'credential.lasting',
    credential.type === 'entra'
      ? 'It is renewed by itself.'
      : 'Azure DevOps shows its end only to its owner. Store it with "expires" in Secrets Manager, and azfed knows it too. One for all organizations ends on 2026-12-01.',
  );
}

function pinnedCheck(judge: Judge, { name, id }: Organization, { identity }: OrganizationInventory): Check {
  if (identity.state === 'unknown') {
    return identity.code === 'not-found'
      ? judge.failed('organization.pinned', `Nobody answers under ${name}.`, nobodyFix)
      : judge.untried('organization.pinned', 'it could not be asked who answers');
  }
  return identity.value.id === id
    ? judge.ok('organization.pinned', `${id} answers.`)
    : judge.failed(
        'organization.pinned',
        `${identity.value.id} answers under ${name}; ${id} is configured. The organization is halted.`,
      );
}

const nobodyFix = 'Correct `name` (or `url`) of the organization; it may have been renamed or deleted.';

/** Organizations are addressed in any case; tokens hold one spelling, and trusts compare it. */
function namedCheck(judge: Judge, { name, id }: Organization, known: OrganizationExamination['name']): Check {
  const code = 'organization.named';
  if (known.state === 'unknown') return judge.unread(code, known, reachFix);
  if (known.value === undefined)
    return judge.failed(code, `Azure DevOps knows no organization with the GUID ${id}.`, idFix);
  const { name: reported, isSpelled } = known.value;
  if (reported === name) return judge.ok(code, `Azure DevOps knows the GUID as ${reported}.`);
  if (reported.toLowerCase() !== name.toLowerCase())
    return judge.warning(code, `It is called ${reported} now; ${name} is configured.`);
  return isSpelled
    ? judge.warning(code, `It is spelled ${reported}; ${name} is configured. Tokens hold ${reported}.`)
    : judge.unknown(
        code,
        `Azure DevOps knows the GUID as ${reported}.visualstudio.com, which does not show capitals; ${name} is configured.`,
        spellingFix,
      );
}

const spellingFix =
  'Compare `name` with the `sub` of a token (`azfed verify --run`), or with Organization settings, Overview.';

const idFix = 'Correct `id`: `azfed init` finds it. A deleted organization can be restored for 28 days.';

/** `useOIDC` came with version 1.15.0 (aws-toolkit-azure-devops, changelog). */
function extensionCheck(
  judge: Judge,
  { identity }: OrganizationInventory,
  type: Reading<AwsType | undefined>,
): Check {
  const code = 'extension.oidc';
  if (type.state === 'unknown')
    return identity.state === 'unknown'
      ? judge.untried(code, 'the organization could not be asked')
      : judge.unread(code, type, typesFix);
  if (!type.value) return judge.failed(code, 'The AWS Toolkit is not installed.');
  return type.value.inputs.includes('useOIDC')
    ? judge.ok(code, 'AWS connections can ask for OIDC.')
    : judge.failed(code, 'The AWS Toolkit that is installed is too old to ask for OIDC.');
}

const typesFix =
  'Give the identity Service Connections (read); or look under Organization settings, Extensions.';

/** An entry that is not understood is told: a log of which nothing is understood must not look like a quiet one. */
function auditCheck(judge: Judge, audit: NonNullable<ExaminedOrganization['audit']>): Check {
  const code = 'audit.readable';
  if (audit.state === 'unknown') return judge.unread(code, audit);
  const { entries, unreadable } = audit.value;
  const understood = `${entries.length} of the last day are about connections, projects or the organization's name`;
  return unreadable === 0
    ? judge.ok(code, `Its entries are understood; ${understood}.`)
    : judge.warning(code, `Not understood: ${unreadable} of its entries. Otherwise ${understood}.`, auditFix);
}

const auditFix =
  'Update azfed; if it stays so, report the shape of the entries. Until then their changes are seen by the scheduled look, and a deletion needs a word of a person: azfed retire.';

/** Without hooks the schedule finds everything, a little later: what is wrong with them is a warning. */
function hooksCheck(
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
  const describe = ({ status, otherInputs }: HookRow) => {
    if (status !== 'enabled') return status;
    return otherInputs.includes('url') ? 'with another address' : 'with another password or input';
  };
  const groups = [...groupItems(due, describe)].map(([status, all]) => `${all.length} ${status}`);
  const places = [...new Set(due.map(({ projectName, projectId }) => projectName || projectId))];
  return judge.warning(code, `Not in order: ${groups.join(', ')} (${places.join(', ')}).`);
}

const secretFix =
  'Name the secret with the passwords of hooks under `hooks.secret`: output HookSecret of the deployment.';
const signInFix =
  'Sign in as somebody who may see service hooks: AZURE_DEVOPS_EXT_PAT; azfed itself need not see them.';
