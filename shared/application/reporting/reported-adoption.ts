import { selectGroup, type AdoptionGroup } from '../../domain/adoption/adoption-groups.ts';
import type { AdoptionCandidate, AdoptionRefusal } from '../../domain/adoption/adoption-survey.ts';
import { decideAdoption, needsEvidence, surveyAdoption } from '../../domain/adoption/adoption-survey.ts';
import {
  describeRefusal,
  listConnectionNames,
  summarizeCandidate,
} from '../../domain/adoption/adoption-text.ts';
import { excludesSomebody, type LostAccess } from '../../domain/adoption/lost-access.ts';
import { indexSubjects } from '../../domain/adoption/named-connections.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { AccountId, RoleArn } from '../../domain/kernel/ids.ts';
import { plan } from '../../domain/plan/plan.ts';
import { listNeverWorking } from '../connections/dead-entries.ts';
import type { GuardedPlan } from '../observe/guarded-plan.ts';
import { guardSnapshot } from '../run/reconcile.ts';

/** Roles inside a grant that somebody else made and that azfed does not manage yet. */
export interface ReportedAdoption {
  /** By account and ARN. */
  readonly roles: readonly ReportedCandidate[];
  /** Accounts whose roles could not be read: which of them are to be adopted is not known. */
  readonly unreadAccounts: readonly AccountId[];
}

export interface ReportedCandidate extends Pick<
  AdoptionCandidate,
  'account' | 'roleArn' | 'grant' | 'effect' | 'opens'
> {
  readonly group: AdoptionGroup;
  readonly connections: readonly { readonly connectionId: string; readonly name: string }[];
  /** What adoption changes, in words. */
  readonly what: string;
  readonly shutsOut: readonly LostAccess[];
  /** Adoption shuts somebody out, and the report asks nobody whether they used the role: `azfed adopt --all` does. */
  readonly isUseUnknown: boolean;
  readonly refusal?: {
    readonly reason: AdoptionRefusal['reason'];
    readonly why: string;
    readonly fix: string;
  };
}

/** What `azfed adopt --all` would begin with, out of what was read anyway. */
export function reportAdoption(
  configuration: Configuration,
  { snapshot, controls }: Pick<GuardedPlan, 'snapshot' | 'controls'>,
  now: number,
): ReportedAdoption {
  const { observations, providers } = snapshot;
  const desiredRoles = { ...snapshot.desiredRoles, asks: 'adopt' as const };
  const asked = { ...snapshot, desiredRoles, plan: plan(desiredRoles, observations, providers, now) };
  const { limits, denyWindows } = configuration;
  const rules = { initiator: { trigger: 'person' } as const, controls, limits, denyWindows, now };
  const { changes } = guardSnapshot(asked, rules);
  const neverWorks = listNeverWorking(asked, configuration);
  const connections = indexSubjects(configuration.organizations, snapshot.inventories);
  const { candidates } = surveyAdoption({ ...asked, changes, neverWorks, connections });
  return {
    roles: candidates.map(reportCandidate),
    unreadAccounts: observations.flatMap(({ account, roles }) =>
      roles.state === 'complete' ? [] : [account],
    ),
  };
}

const nobody: ReadonlySet<RoleArn> = new Set();

function reportCandidate(found: AdoptionCandidate): ReportedCandidate {
  const candidate = decideAdoption(found, { state: 'unused' }, { open: nobody, despiteUse: nobody });
  const { account, roleArn, grant, effect, opens, bindings, lost, refusal } = candidate;
  const names = listConnectionNames(candidate);
  return {
    group: selectGroup(candidate),
    account,
    roleArn,
    grant,
    connections: bindings.map(({ connectionId }, at) => ({ connectionId, name: names[at] ?? connectionId })),
    effect,
    opens,
    what: summarizeCandidate(candidate),
    shutsOut: lost.filter(excludesSomebody),
    isUseUnknown: needsEvidence(candidate),
    ...(refusal ? { refusal: { reason: refusal.reason, ...describeRefusal(refusal) } } : {}),
  };
}
