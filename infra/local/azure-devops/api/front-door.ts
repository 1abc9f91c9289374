import { answerApi, type ApiParts } from './api.ts';
import { controlReply, type ControlParts } from './control.ts';
import { issuerReply } from '../tokens/issuer.ts';
import { resourceAreaLookup } from '../organizations/location-routes.ts';
import type { LoopbackOutcome, LoopbackRequest } from '../../loopback/loopback-server.ts';
import type { SigningKeys } from '../../loopback/signing-keys.ts';
import { jsonAnswer } from '../http/wire.ts';

export interface FrontDoorParts extends ApiParts, ControlParts {
  readonly keys: SigningKeys;
  readonly serverUrl: () => string;
}

/** What is answered without credentials, beside commands of this server's own. */
export const frontDoorRoutes: readonly string[] = [
  'GET /_apis/resourceareas/:areaId',
  'GET /_issuer/:issuer/.well-known/openid-configuration',
  'GET /_issuer/:issuer/.well-known/jwks',
];

/** Commands, the issuer and the public look-up need no credentials and meet no faults; the rest is an organization's. */
export async function answerAtFrontDoor(
  parts: FrontDoorParts,
  request: LoopbackRequest,
): Promise<LoopbackOutcome> {
  const { world, keys, serverUrl } = parts;
  const endpoints =
    controlReply(parts, request) ?? (await issuerReply(world, keys, serverUrl(), request.segments));
  if (endpoints) return jsonAnswer(endpoints);
  if (request.segments[0] === '_apis') return jsonAnswer(resourceAreaLookup(world, serverUrl(), request));
  return answerApi(parts, request);
}
