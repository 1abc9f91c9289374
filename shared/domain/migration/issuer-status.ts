import { listSeenRoles, type AccountObservation } from '../iam/role.ts';
import { listBindingIssuers, listTokenSubjects, type Binding } from '../desired/bindings.ts';
import { providerArn } from '../kernel/arn.ts';
import type { Target } from '../desired/claims.ts';
import type { ConnectionId, RoleArn } from '../kernel/ids.ts';
import { selectProfiles, type IssuerName, type IssuerProfile } from '../issuers/issuer.ts';
import { evaluateTrust } from '../policy/trust-evaluator.ts';
import { trustSize } from '../policy/trust-document.ts';
import { renderTrust } from '../policy/trust-narrowing.ts';
import { designWholeTrust } from '../desired/role-design.ts';
import { displayName } from '../azure-devops/service-connection.ts';

/** How a connection stands between its issuers. */
export interface IssuerStatus {
  readonly connectionId: ConnectionId;
  readonly connection: string;
  readonly roleArn: RoleArn;
  /** Whose tokens are to be let in. */
  readonly chosen: readonly IssuerName[];
  /** Whose tokens the live trust lets in; `undefined`: it was not read, or there is no such role. */
  readonly trusted: readonly IssuerName[] | undefined;
  /** Characters of the trust as it is to be, and what the account has room for where that was read. */
  readonly trustSize: number;
  readonly trustLength: number | undefined;
}

/** Of everybody who is bound to these roles, in the order of names. */
export function listIssuerStatuses(
  targets: readonly Target[],
  observations: readonly AccountObservation[],
): readonly IssuerStatus[] {
  return targets
    .flatMap((target) => {
      const observation = observations.find(({ account }) => account === target.role.account);
      return target.bindings.map((binding) => judgeIssuer(target, binding, observation));
    })
    .sort((a, b) => (a.connection < b.connection ? -1 : 1));
}

function judgeIssuer(
  { role, bindings, grant }: Target,
  binding: Binding,
  observation: AccountObservation | undefined,
): IssuerStatus {
  const roles = observation ? listSeenRoles(observation) : [];
  const live = roles.find(({ arn }) => arn === role.arn);
  const quotas = observation?.quotas.state === 'complete' ? observation.quotas.value : undefined;
  const admitsIssuer = (profile: IssuerProfile) =>
    live !== undefined &&
    listTokenSubjects(profile, binding).some((subject) => {
      const { issuer, audience } = profile;
      const provider = providerArn(role.partition, role.account, issuer);
      const request = { providerArn: provider, issuer, audience, subject };
      return evaluateTrust(live.trust, request).decision === 'allowed';
    });
  return {
    connectionId: binding.connectionId,
    connection: displayName(binding.references),
    roleArn: role.arn,
    chosen: listBindingIssuers(binding).map(({ name }) => name),
    trusted:
      live &&
      allProfiles(binding)
        .filter(admitsIssuer)
        .map(({ name }) => name),
    trustSize: trustSize(renderTrust(designWholeTrust(role, bindings, grant))),
    trustLength: quotas?.trustLength,
  };
}

/** Every issuer that could sign for the connection, chosen or not. */
export const allProfiles = ({ organization }: Binding): readonly IssuerProfile[] =>
  selectProfiles(organization, 'both');
