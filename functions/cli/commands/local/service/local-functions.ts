import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDynamoAccountListStore } from '../../../../../shared/adapters/dynamodb/dynamo-account-list-store.ts';
import type { Configuration } from '../../../../../shared/domain/configuration/configuration.ts';
import type { FunctionEnvironment } from '../../../../../shared/config/function-environment.ts';
import type { Clock, Telemetry } from '../../../../../shared/ports/clock.ts';
import { createHandler as createDeliver } from '../../../../deliver/create-handler.ts';
import { deliverDependencies } from '../../../../deliver/dependencies.ts';
import { createHandler as createDiscover } from '../../../../discover/create-handler.ts';
import { discoverDependencies } from '../../../../discover/dependencies.ts';
import { createHandler as createHook } from '../../../../hook/create-handler.ts';
import { hookDependencies } from '../../../../hook/dependencies.ts';
import { createHandler as createIamChange } from '../../../../iam-change/create-handler.ts';
import { iamChangeDependencies } from '../../../../iam-change/dependencies.ts';
import { createHandler as createReconcile } from '../../../../reconcile/create-handler.ts';
import { reconcileDependencies } from '../../../../reconcile/dependencies.ts';
import { buildPageAssets } from '../../../../../shared/report-page/build-assets.ts';
import { createHandler as createReport } from '../../../../report/create-handler.ts';
import { reportDependencies } from '../../../../report/dependencies.ts';
import { clientOptions, type EndpointOverrides } from '../../../../runtime/connect.ts';
import type { ConfigurationInForce } from '../../../../runtime/follow-configuration.ts';
import { followAccounts, followConfiguration } from '../../../../runtime/follow-configuration.ts';
import type { DeployedRuntime, Handle } from '../../../../runtime/start-function.ts';
import { followHandle, withTelemetry } from '../../../../runtime/start-function.ts';
import { createS3ConfigurationVersions } from '../../../../../shared/adapters/s3/s3-configuration-store.ts';
import { canonicalJson, hashText } from '../../../../../shared/domain/kernel/digest.ts';

type LocalSetting =
  | 'table'
  | 'hookSecret'
  | 'discoverQueue'
  | 'reconcileQueue'
  | 'reportQueue'
  | 'reportBucket';

/** Where configurations are published on the embedded cloud. */
export const CONFIGURATION_BUCKET = 'azfed-configuration';

export interface LocalFunctionsOptions {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly endpoints: EndpointOverrides;
  readonly environment: FunctionEnvironment<LocalSetting>;
  /** Of azfed. */
  readonly release: string;
  readonly getTelemetry: (functionName: string) => Telemetry;
}

/** The functions as they are deployed, connected to the embedded cloud. Each follows the published configurations. */
export async function createLocalFunctions(options: LocalFunctionsOptions) {
  const { configuration, clock, endpoints, environment, getTelemetry } = options;
  const deployed = { configuration, origin: { version: 0, sha256: hashText(canonicalJson(configuration)) } };
  const client = new DynamoDBClient(clientOptions(endpoints, 'dynamoDb'));
  const store = createDynamoAccountListStore({
    documents: DynamoDBDocumentClient.from(client),
    table: environment.table,
  });
  const versions = createS3ConfigurationVersions({
    bucket: CONFIGURATION_BUCKET,
    client,
    clock,
    endpoint: endpoints.s3,
  });
  const stack = { release: options.release, configurationBucket: CONFIGURATION_BUCKET };
  const create = async <Event, Result>(
    name: string,
    build: (runtime: LocalRuntime) => Handle<Event, Result> | Promise<Handle<Event, Result>>,
  ) => {
    const telemetry = getTelemetry(name);
    const follow = followAccounts(followConfiguration({ deployed, versions, telemetry, clock }), {
      ...{ store, telemetry, clock },
    });
    const rebuild = ({ configuration: { hooks: _, ...rest }, origin }: ConfigurationInForce) => {
      // Where hooks go is the machine's to say, and not the file's.
      const own = { ...rest, ...(configuration.hooks && { hooks: configuration.hooks }) };
      return Promise.resolve(
        build({ configuration: own, origin, deployed, stack, telemetry, clock, endpoints, environment }),
      );
    };
    return withTelemetry(telemetry, await followHandle(follow, rebuild, telemetry));
  };
  const assets = buildPageAssets();
  return {
    discover: await create('discover', (runtime) => createDiscover(discoverDependencies(runtime))),
    reconcile: await create('reconcile', (runtime) => createReconcile(reconcileDependencies(runtime))),
    deliver: await create('deliver', (runtime) => createDeliver(deliverDependencies(runtime))),
    hook: await create('hook', async (runtime) => createHook(await hookDependencies(runtime))),
    iamChange: await create('iam-change', (runtime) => createIamChange(iamChangeDependencies(runtime))),
    report: await create('report', (runtime) => createReport(reportDependencies(runtime, assets))),
  };
}

type LocalRuntime = DeployedRuntime<LocalSetting>;

export type LocalFunctions = Awaited<ReturnType<typeof createLocalFunctions>>;
