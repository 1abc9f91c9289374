import { GenerateServiceLastAccessedDetails$, GetServiceLastAccessedDetails$ } from '@aws-sdk/client-iam';
import type {
  GenerateServiceLastAccessedDetailsRequest,
  GenerateServiceLastAccessedDetailsResponse,
  GetServiceLastAccessedDetailsRequest,
  GetServiceLastAccessedDetailsResponse,
  ServiceLastAccessed,
  TrackedActionLastAccessed,
} from '@aws-sdk/client-iam';
import { patternsMeet } from '../../../../shared/domain/kernel/glob.ts';
import type { Json, PolicyDocument, Statement } from '../../../../shared/domain/policy/policy-document.ts';
import { toList } from '../../../../shared/domain/policy/policy-document.ts';
import { anything, iamRead, type Call, type Operation } from '../protocol/operation.ts';
import { paginate } from '../protocol/pages.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RoleRecord } from '../state/state.ts';
import { iamArn } from '../state/world.ts';
import { findRoleByArn } from './role-store.ts';
import { identityDocuments } from './authorization.ts';
import { DAY_MS } from '../../../../shared/domain/kernel/durations.ts';

/** What the documentation leaves open of a report job. */
export interface LastAccessedSettings {
  /** How often a job answers IN_PROGRESS before it is done. Default 0. */
  readonly polls?: number;
  /** Every job ends as FAILED. Default false. */
  readonly fails?: boolean;
  /**
   * Which tracked actions a service that was called names: those that were tried (default), all that the role could call, or
   * none. The reference says that the list may be null where no tracked action was used, and not what else is in it.
   */
  readonly names?: 'tried' | 'all' | 'none';
}

/** IAM tracks attempts for at least 400 days (IAM API Reference, GenerateServiceLastAccessedDetails). */
const TRACKED_MS = 400 * DAY_MS;

/**
 * Some services and some of their management actions that report to IAM (IAM User Guide, IAM action last accessed
 * information services and actions). Others are untracked: data events, and iam:PassRole.
 */
const services: Readonly<Record<string, { readonly name: string; readonly tracked: readonly string[] }>> = {
  cloudformation: { name: 'AWS CloudFormation', tracked: ['CreateStack', 'DeleteStack', 'UpdateStack'] },
  ec2: { name: 'Amazon EC2', tracked: ['CreateVpc', 'RunInstances', 'TerminateInstances'] },
  'execute-api': { name: 'Amazon API Gateway', tracked: [] },
  iam: { name: 'AWS Identity and Access Management', tracked: ['CreateRole', 'CreateUser', 'DeleteRole'] },
  lambda: { name: 'AWS Lambda', tracked: ['CreateFunction', 'DeleteFunction'] },
  s3: { name: 'Amazon S3', tracked: ['CreateBucket', 'DeleteBucket', 'PutBucketPolicy'] },
};

interface Job {
  /** "must be used by the same role within a session, or by the same user" (IAM API Reference). */
  readonly caller: string | undefined;
  readonly role: RoleRecord;
  readonly isByAction: boolean;
  readonly createdAt: number;
  polls: number;
}

/** The jobs live as long as the process. */
export function lastAccessedOperations({
  polls = 0,
  fails = false,
  names = 'tried',
}: LastAccessedSettings): readonly Operation[] {
  const jobs = new Map<string, Job>();

  const generate = iamRead<
    GenerateServiceLastAccessedDetailsRequest,
    GenerateServiceLastAccessedDetailsResponse
  >(GenerateServiceLastAccessedDetails$, {
    target: (_call, { Arn: resource = '' }) => ({ resource }),
    run(
      { world, account, caller, now, asOf },
      { Arn: arn = '', Granularity: granularity = 'SERVICE_LEVEL' },
    ) {
      const found = findRoleByArn(world, arn, asOf);
      if (found?.account.id !== account.id)
        throw new ServiceError('NoSuchEntity', `The ARN ${arn} cannot be found.`);
      const id = crypto.randomUUID();
      const isByAction = granularity === 'ACTION_LEVEL';
      jobs.set(id, { caller: caller?.arn, role: found.role, isByAction, createdAt: now, polls });
      return { JobId: id };
    },
  });

  const get = iamRead<GetServiceLastAccessedDetailsRequest, GetServiceLastAccessedDetailsResponse>(
    GetServiceLastAccessedDetails$,
    {
      target: anything,
      run(call, { JobId: id = '', ...page }) {
        const job = jobs.get(id);
        if (job === undefined || job.caller !== call.caller?.arn)
          throw new ServiceError('NoSuchEntity', `No job ${id} of this caller can be found.`);
        const about = {
          JobType: job.isByAction ? ('ACTION_LEVEL' as const) : ('SERVICE_LEVEL' as const),
          JobCreationDate: new Date(job.createdAt),
          ServicesLastAccessed: [] as ServiceLastAccessed[],
          IsTruncated: false,
        };
        if (job.polls-- > 0) return { ...about, JobStatus: 'IN_PROGRESS', JobCompletionDate: undefined };
        const done = { ...about, JobCompletionDate: new Date(call.now) };
        if (fails) {
          const Error = { Code: 'ServiceFailure', Message: 'The report could not be generated.' };
          return { ...done, JobStatus: 'FAILED', Error };
        }
        const report = listServices(call, job, job.isByAction ? names : 'none');
        const { items, rest } = paginate(call, report, ({ ServiceNamespace: key = '' }) => key, page);
        return { ...done, JobStatus: 'COMPLETED', ServicesLastAccessed: [...items], ...rest };
      },
    },
  );
  return [generate, get];
}

/** Every service that the permissions policies of the role let it call; boundaries do not count (IAM API Reference). */
function listServices(
  call: Call,
  { role }: Job,
  names: NonNullable<LastAccessedSettings['names']>,
): readonly ServiceLastAccessed[] {
  const since = call.now - TRACKED_MS;
  const attempts = (role.attempts ?? []).filter(({ at }) => at >= since);
  const patterns = listAllowed(identityDocuments(call.account, role, call.asOf));
  const namespaces = new Set([
    ...Object.keys(services),
    ...attempts.map(({ action }) => readNamespace(action)),
  ]);
  return [...namespaces]
    .filter((namespace) => patterns.some((pattern) => patternsMeet(pattern, `${namespace}:*`)))
    .map((namespace) => {
      const here = attempts.filter(({ action }) => readNamespace(action) === namespace);
      const { name = namespace, tracked = [] } = services[namespace] ?? {};
      const last = findLast(here);
      const actions = tracked.flatMap((action) => {
        const tried = findLast(here.filter((one) => one.action === `${namespace}:${action}`));
        const isNamed = names === 'all' || (names === 'tried' && tried !== undefined);
        return isNamed ? [toTracked(action, tried, call, role)] : [];
      });
      return {
        ServiceName: name,
        ServiceNamespace: namespace,
        ...(last === undefined
          ? {}
          : {
              LastAuthenticated: new Date(last),
              LastAuthenticatedEntity: role.arn,
              LastAuthenticatedRegion: 'us-east-1',
              TotalAuthenticatedEntities: 1,
              ...(actions.length > 0 ? { TrackedActionsLastAccessed: actions } : {}),
            }),
      };
    });
}

const readNamespace = (action: string): string => action.slice(0, action.indexOf(':'));

const findLast = (attempts: NonNullable<RoleRecord['attempts']>): number | undefined =>
  attempts.map(({ at }) => at).sort((a, b) => b - a)[0];

const toTracked = (
  ActionName: string,
  tried: number | undefined,
  { account }: Call,
  { path, name }: RoleRecord,
): TrackedActionLastAccessed => ({
  ActionName,
  ...(tried === undefined
    ? {}
    : {
        LastAccessedEntity: iamArn(account, `role${path}${name}`),
        LastAccessedTime: new Date(tried),
        LastAccessedRegion: 'us-east-1',
      }),
});

function listAllowed(documents: readonly string[]): readonly string[] {
  return documents
    .flatMap((text) => toList<Statement>((JSON.parse(text) as PolicyDocument).Statement))
    .filter(({ Effect: effect }) => effect === 'Allow')
    .flatMap(({ Action: actions, NotAction: others }) =>
      others === undefined ? toList<Json>(actions ?? []) : ['*'],
    )
    .flatMap((action) => (typeof action === 'string' ? [action.toLowerCase()] : []));
}
