import type { GetServiceLastAccessedDetailsResponse, ServiceLastAccessed } from '@aws-sdk/client-iam';
import {
  GenerateServiceLastAccessedDetailsCommand,
  GetServiceLastAccessedDetailsCommand,
} from '@aws-sdk/client-iam';
import { TransientError, UpstreamError } from '../../domain/kernel/errors.ts';
import type { RoleArn } from '../../domain/kernel/ids.ts';
import type { ServiceUse } from '../../domain/policy/cut-use.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LastAccessedSource } from '../../ports/accounts.ts';
import type { ReadAccess } from './account-reader.ts';
import { present, readPages, buildRead, type IamRequests } from './iam-client.ts';
import { captureReading } from '../../domain/kernel/result.ts';

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 4_000;

/**
 * One report of IAM: started, asked for until it is there, read in pages. IAM gives a report only to the session that started
 * it, so that one session does all of it.
 */
export const createLastAccessedSource = (openSession: ReadAccess, clock: Clock): LastAccessedSource => ({
  readLastAccessed: (account, role, until) =>
    captureReading(async () => {
      const iam = await openSession(account, () => undefined, until);
      return readReport(iam, await startReport(iam, role), { clock, until });
    }),
});

async function startReport(iam: IamRequests, role: RoleArn): Promise<string> {
  const call = buildRead('iam:GenerateServiceLastAccessedDetails', role);
  const command = new GenerateServiceLastAccessedDetailsCommand({ Arn: role, Granularity: 'ACTION_LEVEL' });
  const { JobId: id } = await iam.send(call, (client) => client.send(command));
  return present(id, call.action);
}

async function readReport(
  iam: IamRequests,
  JobId: string,
  { clock, until }: { readonly clock: Clock; readonly until: number },
): Promise<readonly ServiceUse[]> {
  const call = buildRead('iam:GetServiceLastAccessedDetails');
  const ask = (marker: { readonly Marker?: string }) =>
    iam.send(call, (client) => client.send(new GetServiceLastAccessedDetailsCommand({ JobId, ...marker })));

  /** Only the first page is waited for: a report that was there once stays. */
  async function askUntilDone(marker: { readonly Marker?: string }) {
    for (let delay = FIRST_DELAY_MS; ; delay = Math.min(2 * delay, LONGEST_DELAY_MS)) {
      const answer = await ask(marker);
      if (isDone(answer)) return answer;
      if (clock.now() + delay > until)
        throw new TransientError(
          'report-unfinished',
          'IAM has not finished its last accessed report in time.',
        );
      await clock.sleep(delay);
    }
  }
  const services = await readPages(call.action, askUntilDone, (page) => page.ServicesLastAccessed);
  return services.map(toServiceUse);
}

/** Throws UpstreamError where IAM could make no report. */
function isDone({ JobStatus: status, Error: failure }: GetServiceLastAccessedDetailsResponse): boolean {
  if (status === 'COMPLETED') return true;
  if (status === 'IN_PROGRESS') return false;
  if (status === 'FAILED')
    throw new UpstreamError(
      'report-failed',
      `IAM could make no last accessed report: ${failure?.Message ?? 'it gives no reason'}`,
    );
  throw new TransientError('unexpected-shape', 'iam:GetServiceLastAccessedDetails gives no status.');
}

function toServiceUse(service: ServiceLastAccessed): ServiceUse {
  const { LastAuthenticated: last, TrackedActionsLastAccessed: actions = [] } = service;
  return {
    namespace: present(service.ServiceNamespace, 'iam:GetServiceLastAccessedDetails'),
    ...(last === undefined ? {} : { lastAt: last.getTime() }),
    actions: actions.map(({ ActionName: name, LastAccessedTime: at }) => ({
      name: present(name, 'iam:GetServiceLastAccessedDetails'),
      ...(at === undefined ? {} : { lastAt: at.getTime() }),
    })),
  };
}
