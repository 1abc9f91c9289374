import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { HookOutcome, HookPorts } from '../../shared/application/intake/receive-hook.ts';
import { receiveHook } from '../../shared/application/intake/receive-hook.ts';
import type { Organization } from '../../shared/domain/configuration/configuration.ts';

export interface HookDependencies {
  readonly ports: HookPorts;
  readonly organizations: readonly Organization[];
}

type HookEvent = Pick<APIGatewayProxyEvent, 'headers' | 'body' | 'isBase64Encoded'>;

/**
 * What Azure DevOps makes of a status (Azure DevOps docs, troubleshoot service hooks): 2xx is delivered; 502, 503, 504 are tried
 * again for three minutes; 410 disables the subscription; everything else puts it on probation, and events are lost.
 */
const statusOf = {
  queued: 202,
  repeated: 200,
  unknown: 200,
  deferred: 503,
  refused: 401,
} as const satisfies Record<HookOutcome, number>;

export function createHandler({ ports, organizations }: HookDependencies) {
  return async (event: HookEvent): Promise<APIGatewayProxyResult> => {
    const outcome = await receiveHook(ports, organizations, {
      authorization: findHeader(event, 'authorization'),
      body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    });
    return { statusCode: statusOf[outcome], body: '' };
  };
}

/** API Gateway hands on names as they were sent. */
function findHeader({ headers }: HookEvent, wanted: string): string | undefined {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1];
}
