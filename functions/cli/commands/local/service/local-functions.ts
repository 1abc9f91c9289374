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
import type { EndpointOverrides } from '../../../../runtime/connect.ts';
import { withTelemetry } from '../../../../runtime/start-function.ts';

export interface LocalFunctionsOptions {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly endpoints: EndpointOverrides;
  readonly environment: FunctionEnvironment<
    'table' | 'hookSecret' | 'discoverQueue' | 'reconcileQueue' | 'reportQueue' | 'reportBucket'
  >;
  readonly getTelemetry: (functionName: string) => Telemetry;
}

/** The functions as they are deployed, connected to the embedded cloud. */
export async function createLocalFunctions({ getTelemetry: telemetryOf, ...common }: LocalFunctionsOptions) {
  const runtime = (name: string) => ({ ...common, telemetry: telemetryOf(name) });
  const of = {
    discover: runtime('discover'),
    reconcile: runtime('reconcile'),
    deliver: runtime('deliver'),
    hook: runtime('hook'),
    iamChange: runtime('iam-change'),
    report: runtime('report'),
  };
  return {
    discover: withTelemetry(of.discover.telemetry, createDiscover(discoverDependencies(of.discover))),
    reconcile: withTelemetry(of.reconcile.telemetry, createReconcile(reconcileDependencies(of.reconcile))),
    deliver: withTelemetry(of.deliver.telemetry, createDeliver(deliverDependencies(of.deliver))),
    hook: withTelemetry(of.hook.telemetry, createHook(await hookDependencies(of.hook))),
    iamChange: withTelemetry(of.iamChange.telemetry, createIamChange(iamChangeDependencies(of.iamChange))),
    report: withTelemetry(
      of.report.telemetry,
      createReport(reportDependencies(of.report, buildPageAssets())),
    ),
  };
}

export type LocalFunctions = Awaited<ReturnType<typeof createLocalFunctions>>;
