import type { APIGatewayProxyResult } from 'aws-lambda';
import type { HookOutcome, HookPorts } from '../../shared/application/intake/receive-hook.ts';
import { receiveHook } from '../../shared/application/intake/receive-hook.ts';
import type { Organization } from '../../shared/domain/configuration/configuration.ts';
import { isRecord, readNestedFields, type Fields } from '../../shared/domain/kernel/json.ts';

export interface HookDependencies {
  readonly ports: HookPorts;
  readonly organizations: readonly Organization[];
}

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
  return async (event: unknown): Promise<APIGatewayProxyResult> => {
    const request = isRecord(event) ? event : {};
    const { body } = request;
    const outcome = await receiveHook(ports, organizations, {
      authorization: findHeader(readNestedFields(request, 'headers'), 'authorization'),
      body: Buffer.from(
        typeof body === 'string' ? body : '',
        request['isBase64Encoded'] === true ? 'base64' : 'utf8',
      ),
    });
    return { statusCode: statusOf[outcome], body: '' };
  };
}

/** API Gateway hands on names as they were sent; of a request without headers it says null. */
function findHeader(headers: Fields, wanted: string): string | undefined {
  const value = Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1];
  return typeof value === 'string' ? value : undefined;
}
