import type {
  ConnectionReference,
  ServiceConnection,
} from '../../shared/domain/azure-devops/service-connection.ts';
import { connectionId, projectId, roleArn } from './domain-ids.ts';

/** A project by its number, and the name that the connection has there. */
export function reference(project: number, name: string, projectName = `P${project}`): ConnectionReference {
  return { projectId: projectId(project), projectName, name };
}

/** An AWS connection `c<number>` of project P1 that asks for the role `r<number>` with OIDC. */
export function connection(number: number, fields: Partial<ServiceConnection> = {}): ServiceConnection {
  return {
    id: connectionId(number),
    type: 'AWS',
    references: [reference(1, `c${number}`)],
    requestedRoleArn: roleArn(`r${number}`),
    oidc: 'on',
    hasAccessKey: false,
    hasExternalId: false,
    isDisabled: false,
    isReady: true,
    ...fields,
  };
}
