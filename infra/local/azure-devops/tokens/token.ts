import { entraProfile } from '../../../../shared/domain/issuers/issuer.ts';
import { RefusedError } from '../state/refusal.ts';
import type { OrganizationRecord } from '../state/state.ts';
import { connectionById, liveProject, organizationNamed, sameName } from '../state/world.ts';
import type { World } from '../state/world.ts';
import type { SigningKeys } from '../../loopback/signing-keys.ts';

interface PipelineRun {
  readonly name: string;
  readonly definitionId?: number;
  readonly runId?: number;
  readonly repositoryId?: string;
  readonly repositoryUri?: string;
  readonly commit?: string;
  readonly ref?: string;
}

export interface TokenInput {
  readonly organization: string;
  /** The running pipeline's project, by name or id. */
  readonly project: string;
  /** Absent: the pipeline's own token (`p://`). */
  readonly connectionId?: string;
  readonly pipeline?: PipelineRun;
  /** Default 300, the shortest that was seen (teleport RFD 211); another public sample has 600 (sigstore/fulcio pull request 1803). */
  readonly expiresInSeconds?: number;
  /** Claims that replace the true ones; `undefined` removes one. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** `impostor` signs with a key that the issuer does not publish, under the id of the one that it does. */
  readonly signedBy?: 'issuer' | 'impostor';
}

const LIFETIME_SECONDS = 300;
/** `nbf` lies that much before `iat` in both samples. */
const NOT_BEFORE_SECONDS = 600;

/** @throws RefusedError when the organization, the project or the connection is not there, or not shared with it. */
export async function mintToken(world: World, keys: SigningKeys, input: TokenInput): Promise<string> {
  const organization = organizationNamed(world, input.organization);
  const issuedAt = Math.floor(world.now() / 1000);
  const claims = {
    jti: world.nextId(),
    ...(input.connectionId === undefined
      ? { ...pipelineClaims(organization, input), ...ownIssuer(organization) }
      : connectionClaims(organization, input.project, input.connectionId)),
    nbf: issuedAt - NOT_BEFORE_SECONDS,
    exp: issuedAt + (input.expiresInSeconds ?? LIFETIME_SECONDS),
    iat: issuedAt,
    ...input.overrides,
  };
  return keys.sign(claims, input.signedBy ?? 'issuer');
}

const ownIssuer = ({ id }: OrganizationRecord) => ({
  aud: 'api://AzureADTokenExchange',
  iss: `https://vstoken.dev.azure.com/${id}`,
});

/** Who may ask is the same, whoever signs. */
function connectionClaims(organization: OrganizationRecord, project: string, connectionId: string) {
  const sub = connectionSubject(organization, project, connectionId);
  const { entraTokens } = organization;
  const hasMoved = entraTokens?.connections?.some((id) => sameName(id, connectionId)) ?? true;
  if (!entraTokens || !hasMoved) return { sub, ...ownIssuer(organization) };
  const profile = entraProfile(entraTokens);
  return {
    sub: `${profile.prefix}/sc/${organization.id}/${connectionById(organization, connectionId).id}`,
    aud: profile.audience,
    iss: `https://${profile.issuer}`,
  };
}

/** aws-toolkit-azure-devops README: names in their stored spelling, the connection's as the running project has it. */
function connectionSubject(
  organization: OrganizationRecord,
  projectName: string,
  connectionId: string,
): string {
  const project = liveProject(organization, projectName);
  const connection = connectionById(organization, connectionId);
  const reference = connection.references.find(({ projectId }) => projectId === project.id);
  if (!reference)
    throw new RefusedError(
      403,
      'AccessCheckException',
      `${project.name} may not use the service connection.`,
    );
  if (connection.isDisabled)
    throw new RefusedError(403, 'AccessCheckException', 'The service connection is disabled.');
  return `sc://${organization.name}/${project.name}/${reference.name}`;
}

/** Claims as seen in sigstore/fulcio pull request 1803 and terraform-provider-azuredevops issue 1443. */
function pipelineClaims(organization: OrganizationRecord, input: TokenInput): Record<string, unknown> {
  const project = liveProject(organization, input.project);
  const run: PipelineRun = input.pipeline ?? { name: 'ci' };
  return {
    sub: `p://${organization.name}/${project.name}/${run.name}`,
    org_id: organization.id,
    prj_id: project.id,
    def_id: String(run.definitionId ?? 1),
    rpo_id: run.repositoryId ?? project.id,
    rpo_uri:
      run.repositoryUri ??
      `https://dev.azure.com/${organization.name}/${encodeURIComponent(project.name)}/_git/main`,
    rpo_ver: run.commit ?? '0'.repeat(40),
    rpo_ref: run.ref ?? 'refs/heads/main',
    run_id: String(run.runId ?? 1),
  };
}
