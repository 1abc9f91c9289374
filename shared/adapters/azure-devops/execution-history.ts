import * as z from 'zod';
import { complete } from '../../domain/kernel/result.ts';
import type { ExecutionHistory } from '../../ports/connection-uses.ts';
import { readList } from './calls.ts';
import { unexpectedShape } from './errors.ts';
import type { Operator } from './operator.ts';

const MOST = '50';

/** vsts-rest-api-specs, serviceEndpoint, ServiceEndpointExecutionRecord. A job that still runs has no end. */
const ExecutionDocument = z.object({
  data: z.object({
    startTime: z.iso.datetime({ offset: true }).nullish(),
    finishTime: z.iso.datetime({ offset: true }).nullish(),
    result: z.string().nullish(),
    definition: z.object({ name: z.string().nullish() }).nullish(),
  }),
});
type ExecutionDocument = z.infer<typeof ExecutionDocument>;

/** Over REST: execution history of service endpoints. */
export function createExecutionHistory(operator: Operator): ExecutionHistory {
  return {
    read: (organization, project, connection) =>
      operator(organization, async ({ get }) => {
        const path = `/${project}/_apis/serviceendpoint/${connection}/executionhistory`;
        const list = readList(await get(path, { top: MOST, 'api-version': '7.1' }), ExecutionDocument);
        if (list.state === 'unknown') return list;
        const executions = list.value.flatMap(executionOf);
        // "Never used" rests on entries that were read: where none of them is dated, nothing is known.
        return executions.length === 0 && list.value.length > 0
          ? unexpectedShape(['data', 'startTime'])
          : complete(executions);
      }),
  };
}

function executionOf({ data }: ExecutionDocument) {
  const at = data.finishTime ?? data.startTime;
  if (at === undefined || at === null) return [];
  const pipeline = data.definition?.name ?? '';
  return [{ at: new Date(at).toISOString(), result: data.result ?? 'unknown', pipeline }];
}
