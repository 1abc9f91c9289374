import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { LoopbackRequest, LoopbackServer } from '../../../../../infra/local/loopback/loopback-server.ts';
import { startLoopbackServer } from '../../../../../infra/local/loopback/loopback-server.ts';

const PATH = '/hooks/azure-devops';

/** What API Gateway does in front of the function `hook`: a REST API with Lambda proxy integration. */
export async function startHookGateway(
  handle: (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>,
): Promise<LoopbackServer> {
  const server = await startLoopbackServer(async (request) => {
    const isHook = request.method === 'POST' && request.path === PATH;
    const { statusCode, body } = isHook ? await answer(request) : { statusCode: 403, body: '' };
    return { status: statusCode, headers: { 'content-type': 'application/json' }, text: body };
  });

  // What the function does not answer is trouble of the gateway, which the service maps to 503.
  const answer = (request: LoopbackRequest) =>
    handle(proxyEvent(request)).catch(() => ({ statusCode: 503, body: '' }));

  return { url: `${server.url}${PATH}`, close: () => server.close() };
}

function proxyEvent({ method, headers, text }: LoopbackRequest): APIGatewayProxyEvent {
  const given = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  return {
    resource: PATH,
    path: PATH,
    httpMethod: method,
    headers: Object.fromEntries(given),
    multiValueHeaders: Object.fromEntries(given.map(([name, value]) => [name, [value]])),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    requestContext: requestContext(method),
    body: text,
    isBase64Encoded: false,
  };
}

function requestContext(httpMethod: string): APIGatewayProxyEvent['requestContext'] {
  const now = Date.now();
  const nobody = {
    accessKey: null,
    accountId: null,
    apiKey: null,
    apiKeyId: null,
    caller: null,
    clientCert: null,
    cognitoAuthenticationProvider: null,
    cognitoAuthenticationType: null,
    cognitoIdentityId: null,
    cognitoIdentityPoolId: null,
    principalOrgId: null,
    user: null,
    userArn: null,
  };
  return {
    accountId: '000000000000',
    apiId: 'local',
    authorizer: null,
    httpMethod,
    identity: { ...nobody, sourceIp: '127.0.0.1', userAgent: null },
    path: `/local${PATH}`,
    protocol: 'HTTP/1.1',
    requestId: crypto.randomUUID(),
    requestTimeEpoch: now,
    resourceId: 'local',
    resourcePath: PATH,
    stage: 'local',
  };
}
