import type { IAMClient, Tag } from '@aws-sdk/client-iam';
import {
  AddClientIDToOpenIDConnectProviderCommand,
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { iamActionsOfSteps } from '../../contract/iam-actions.ts';
import { splitRoleArn, readIssuer } from '../../domain/kernel/arn.ts';
import { listIds, withoutGonePrincipals } from '../../domain/policy/gone-principals.ts';
import { renderPolicy, type PolicyDocument } from '../../domain/policy/policy-document.ts';
import type { WriteStep } from '../../domain/iam/iam-operation.ts';
import { parseFailure, isRoleMissing } from './errors.ts';
import type { IamCall } from './iam-client.ts';
import { getStepTarget } from './session-policy.ts';
import { roleName } from './single-reads.ts';

type Action = WriteStep['action'];
type StepOf<Name extends Action> = Extract<WriteStep, { action: Name }>;

interface Command<Name extends Action> {
  /**
   * write-once   done twice it fails or does something else, so that an unknown outcome must not be tried again
   * removal      done twice it fails with NoSuchEntity, which after an unknown outcome says that the first one did it
   */
  readonly effect: 'write' | 'write-once' | 'removal';
  readonly send: (client: IAMClient, step: StepOf<Name>) => Promise<unknown>;
}

/** One request for each step. */
const commands: { readonly [Name in Action]: Command<Name> } = {
  createProvider: {
    effect: 'write-once',
    // No thumbprints: IAM checks the issuer's certificate against its own roots (IAM User Guide, OIDC thumbprints).
    send: (client, { provider, audiences }) =>
      client.send(
        new CreateOpenIDConnectProviderCommand({
          Url: `https://${readIssuer(provider)}`,
          ClientIDList: [...audiences],
        }),
      ),
  },
  addAudience: {
    effect: 'write',
    send: (client, { provider, audience }) =>
      client.send(
        new AddClientIDToOpenIDConnectProviderCommand({
          OpenIDConnectProviderArn: provider,
          ClientID: audience,
        }),
      ),
  },
  createRole: { effect: 'write-once', send: createRole },
  setBoundary: {
    effect: 'write',
    send: (client, { role, boundary }) =>
      client.send(
        new PutRolePermissionsBoundaryCommand({ RoleName: roleName(role), PermissionsBoundary: boundary }),
      ),
  },
  setTrust: {
    effect: 'write',
    send: (client, { role, trust }) => setTrust(client, roleName(role), trust),
  },
  detachManagedPolicy: {
    effect: 'removal',
    send: (client, { role, policy }) =>
      client.send(new DetachRolePolicyCommand({ RoleName: roleName(role), PolicyArn: policy })),
  },
  attachManagedPolicy: {
    effect: 'write',
    send: (client, { role, policy }) =>
      client.send(new AttachRolePolicyCommand({ RoleName: roleName(role), PolicyArn: policy })),
  },
  deleteInlinePolicy: {
    effect: 'removal',
    send: (client, { role, name }) =>
      client.send(new DeleteRolePolicyCommand({ RoleName: roleName(role), PolicyName: name })),
  },
  putInlinePolicy: {
    effect: 'write',
    send: (client, { role, name, document }) =>
      client.send(
        new PutRolePolicyCommand({
          RoleName: roleName(role),
          PolicyName: name,
          PolicyDocument: renderPolicy(document),
        }),
      ),
  },
  updateRole: {
    effect: 'write',
    send: (client, { role, maxSessionDuration, description }) =>
      client.send(
        new UpdateRoleCommand({
          RoleName: roleName(role),
          MaxSessionDuration: maxSessionDuration,
          Description: description,
        }),
      ),
  },
  tagRole: {
    effect: 'write',
    send: (client, { role, tags }) =>
      client.send(new TagRoleCommand({ RoleName: roleName(role), Tags: tagList(tags) })),
  },
  untagRole: {
    effect: 'write',
    send: (client, { role, keys }) =>
      client.send(new UntagRoleCommand({ RoleName: roleName(role), TagKeys: [...keys] })),
  },
  deleteRole: {
    effect: 'write-once',
    send: (client, { role }) => client.send(new DeleteRoleCommand({ RoleName: roleName(role) })),
  },
};

export interface WriteRequest {
  readonly call: IamCall;
  readonly send: (client: IAMClient) => Promise<unknown>;
}

export const createWriteRequest = (step: WriteStep): WriteRequest => createActionRequest(step.action, step);

function createActionRequest<Name extends Action>(name: Name, step: StepOf<Name>): WriteRequest {
  const { effect, send }: Command<Name> = commands[name];
  const isRemoval = effect === 'removal';
  return {
    call: {
      action: iamActionsOfSteps[name][0],
      effect: isRemoval ? 'write' : effect,
      target: getStepTarget(step),
    },
    send: isRemoval ? removing((client) => send(client, step)) : (client) => send(client, step),
  };
}

/** Takes what is not there, after a try of unknown outcome, for removed. A role that is gone is not that. */
function removing(send: WriteRequest['send']): WriteRequest['send'] {
  let isOutcomeUnknown = false;
  return async (client) => {
    try {
      return await send(client);
    } catch (error) {
      const failure = parseFailure(error);
      if (isOutcomeUnknown && failure?.code === 'missing' && !isRoleMissing(failure)) return undefined;
      isOutcomeUnknown ||= failure?.kind === 'unavailable';
      throw error;
    }
  };
}

/**
 * Deny statements are written as they stand, those that name a deleted role or user by its id among them. Where AWS says that
 * it takes an id no more, the trust is written without it: it denies nobody, and no narrowing waits for it.
 */
async function setTrust(client: IAMClient, name: string, trust: PolicyDocument): Promise<unknown> {
  try {
    return await client.send(
      new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: renderPolicy(trust) }),
    );
  } catch (error) {
    const failure = parseFailure(error);
    const gone = failure?.code === 'malformed-policy' ? listIds(failure.cause.message) : [];
    const left = withoutGonePrincipals(trust, 'Deny', (member) => gone.some((id) => id === member));
    if (left === trust) throw error;
    return setTrust(client, name, left);
  }
}

function createRole(client: IAMClient, step: StepOf<'createRole'>): Promise<unknown> {
  return client.send(
    new CreateRoleCommand({
      RoleName: roleName(step.role),
      Path: splitRoleArn(step.role).path,
      AssumeRolePolicyDocument: renderPolicy(step.trust),
      PermissionsBoundary: step.boundary,
      MaxSessionDuration: step.maxSessionDuration,
      Description: step.description,
      Tags: tagList(step.tags),
    }),
  );
}

function tagList(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
