import { awsParameters, type AwsFields } from './connection-parameters.ts';
import {
  getProjectId,
  renameConnection,
  shareConnection,
  unshareConnection,
} from './connection-references.ts';
import { changeConnection, findConnection, putConnection, removeConnection } from './connection-store.ts';
import type { ConnectionChange } from './connection-store.ts';
import type { ConnectionRecord, ShownMembers } from '../state/state.ts';
import { sameName, type World } from '../state/world.ts';

export interface ConnectionInput extends AwsFields {
  readonly project: string;
  readonly name: string;
  /** Default `AWS`, as the UI spells it; Terraform writes `aws`. */
  readonly type?: string;
  readonly description?: string;
  readonly url?: string;
  readonly scheme?: string;
  /** Last word on the stored parameters, in their own spelling (`useOIDC: 'True'`). */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly owner?: string;
  readonly isDisabled?: boolean;
  readonly isReady?: boolean;
}

/** Connections are named by their id alone: names differ from project to project. */
export interface ConnectionPlay {
  create(organization: string, input: ConnectionInput): ConnectionRecord;
  update(organization: string, id: string, change: ConnectionChange): ConnectionRecord;
  /** In one project (name or id), or in all that use it. */
  rename(organization: string, id: string, name: string, project?: string): ConnectionRecord;
  /** Absent members stay as they are. */
  setFields(organization: string, id: string, fields: AwsFields): ConnectionRecord;
  setRoleArn(organization: string, id: string, roleArn: string): ConnectionRecord;
  setOidc(organization: string, id: string, isOn: boolean): ConnectionRecord;
  /** Empty texts remove them. */
  setKeys(organization: string, id: string, accessKeyId: string, secretAccessKey: string): ConnectionRecord;
  setDisabled(organization: string, id: string, isDisabled: boolean): ConnectionRecord;
  /** From now on answers show these members of it otherwise than they are; `undefined`: as they are. */
  show(organization: string, id: string, members: ShownMembers | undefined): ConnectionRecord;
  share(organization: string, id: string, project: string, name?: string): ConnectionRecord;
  unshare(organization: string, id: string, project: string): void;
  remove(organization: string, id: string): void;
  /** Deletes it and creates another with the same names and fields, a new id, and perhaps another type. */
  recreate(organization: string, id: string, type?: string): ConnectionRecord;
}

export function connectionPlay(world: World): ConnectionPlay {
  const setFields: ConnectionPlay['setFields'] = (organization, id, fields) => {
    const { parameters } = findConnection(world, organization, id);
    return changeConnection(world, organization, id, {
      parameters: { ...parameters, ...awsParameters(fields) },
    });
  };
  return {
    create: (organization, input) =>
      putConnection(
        world,
        organization,
        newConnection(world, getProjectId(world, organization, input.project), input),
      ),
    update: (organization, id, change) => changeConnection(world, organization, id, change),
    rename: (organization, id, name, project) => renameConnection(world, organization, id, name, project),
    setFields,
    setRoleArn: (organization, id, roleArn) => setFields(organization, id, { roleArn }),
    setOidc: (organization, id, useOidc) => setFields(organization, id, { useOidc }),
    setKeys: (organization, id, accessKeyId, secretAccessKey) =>
      setFields(organization, id, { accessKeyId, secretAccessKey }),
    setDisabled: (organization, id, isDisabled) => changeConnection(world, organization, id, { isDisabled }),
    show(organization, id, members) {
      const { shows: _, ...before } = findConnection(world, organization, id);
      return putConnection(world, organization, { ...before, ...(members ? { shows: members } : {}) });
    },
    share: (organization, id, project, name) => shareConnection(world, organization, id, project, name),
    unshare: (organization, id, project) => {
      unshareConnection(world, organization, id, project);
    },
    remove: (organization, id) => {
      removeConnection(world, organization, id);
    },
    recreate: (organization, id, type) => recreate(world, organization, id, type),
  };
}

function recreate(world: World, organization: string, id: string, type?: string): ConnectionRecord {
  const { shows: _, ...before } = findConnection(world, organization, id);
  removeConnection(world, organization, id);
  const at = world.now();
  const again = { id: world.nextId(), type: type ?? before.type, createdAt: at, modifiedAt: at };
  return putConnection(world, organization, { ...before, ...again });
}

const standard = {
  type: 'AWS',
  scheme: 'UsernamePassword',
  owner: 'Library',
  isDisabled: false,
  isReady: true,
};

function newConnection(world: World, projectId: string, input: ConnectionInput): ConnectionRecord {
  const { type, scheme, owner, isDisabled, isReady, url } = { ...standard, ...input };
  const isAws = sameName(type, 'AWS');
  const at = world.now();
  return {
    id: world.nextId(),
    type,
    url: url ?? (isAws ? 'https://aws.amazon.com/' : 'https://service.invalid/'),
    scheme,
    parameters: { ...(isAws ? awsParameters({ ...unset, ...input }) : {}), ...input.parameters },
    owner,
    isDisabled,
    isReady,
    createdAt: at,
    modifiedAt: at,
    references: [{ projectId, name: input.name, description: input.description ?? '' }],
  };
}

const unset: AwsFields = {
  accessKeyId: '',
  secretAccessKey: '',
  sessionToken: '',
  roleArn: '',
  roleSessionName: '',
  externalId: '',
  useOidc: false,
};
