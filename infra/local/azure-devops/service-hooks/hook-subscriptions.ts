import type { SubscriptionState } from '../../../../shared/domain/azure-devops/hook-subscription.ts';
import { RefusedError } from '../state/refusal.ts';
import type { OrganizationRecord, SubscriptionRecord } from '../state/state.ts';
import { changeOrganization, organizationNamed, sameName, type World } from '../state/world.ts';

export type SubscriptionInput = Omit<SubscriptionRecord, 'id' | 'createdAt' | 'modifiedAt'>;

export interface HookPlay {
  create(organization: string, input: SubscriptionInput): SubscriptionRecord;
  /** As it is given, but for a password that is masked: that one stays. */
  update(organization: string, id: string, input: SubscriptionInput): SubscriptionRecord;
  /** Whether an update leaves a subscription disabled that was; documented nowhere. Default: it enables it. */
  leaveDisabled(organization: string, leaves: boolean): void;
  setStatus(organization: string, id: string, status: SubscriptionState): void;
  remove(organization: string, id: string): void;
}

/** How the password is shown, and means "as it was" when it comes back. */
export const MASK = '********';

/** @throws RefusedError 404 */
export function subscriptionById(organization: OrganizationRecord, id: string): SubscriptionRecord {
  const found = organization.subscriptions?.find((one) => sameName(one.id, id));
  if (found) return found;
  throw new RefusedError(404, 'SubscriptionNotFoundException', `No subscription has the id ${id}.`);
}

export function hookPlay(world: World): HookPlay {
  const put = (organization: string, record: SubscriptionRecord): SubscriptionRecord => {
    changeOrganization(world, organization, (before) => ({
      ...before,
      subscriptions: [...(before.subscriptions ?? []).filter(({ id }) => id !== record.id), record],
    }));
    return record;
  };
  const find = (organization: string, id: string) =>
    subscriptionById(organizationNamed(world, organization), id);
  return {
    create(organization, input) {
      const at = world.now();
      check(organizationNamed(world, organization), input);
      return put(organization, { ...input, id: world.nextId(), createdAt: at, modifiedAt: at });
    },
    update(organization, id, input) {
      const before = find(organization, id);
      const consumerInputs = keepingPassword(before, input);
      check(organizationNamed(world, organization), { ...input, consumerInputs });
      const { leavesDisabled = false } = organizationNamed(world, organization);
      const isLeft = leavesDisabled && before.status.startsWith('disabled');
      const status = isLeft ? before.status : input.status;
      return put(organization, { ...before, ...input, status, consumerInputs, modifiedAt: world.now() });
    },
    leaveDisabled(organization, leavesDisabled) {
      changeOrganization(world, organization, (before) => ({ ...before, leavesDisabled }));
    },
    setStatus(organization, id, status) {
      put(organization, { ...find(organization, id), status });
    },
    remove(organization, id) {
      const { id: removed } = find(organization, id);
      changeOrganization(world, organization, (before) => ({
        ...before,
        subscriptions: (before.subscriptions ?? []).filter((one) => one.id !== removed),
      }));
    },
  };
}

function keepingPassword(before: SubscriptionRecord, { consumerInputs }: SubscriptionInput) {
  const { basicAuthPassword: given = MASK, ...rest } = consumerInputs;
  const password = given === MASK ? before.consumerInputs['basicAuthPassword'] : given;
  return password === undefined ? rest : { ...rest, basicAuthPassword: password };
}

const events = [
  'ms.vss-endpoint.endpoint-created',
  'ms.vss-endpoint.endpoint-updated',
  'git.push',
  'build.complete',
];

/** Descriptors of the inputs: terraform-provider-azuredevops, tfs_publisher.go; vsts-rest-api-specs, hooks. */
function check(organization: OrganizationRecord, input: SubscriptionInput): void {
  const { projectId = '' } = input.publisherInputs;
  const { url = '', basicAuthPassword: password } = input.consumerInputs;
  const problems: readonly (readonly [boolean, string])[] = [
    [input.publisherId !== 'tfs', 'The publisher is not known.'],
    [!events.includes(input.eventType), 'The publisher has no such event.'],
    [
      input.consumerId !== 'webHooks' || input.consumerActionId !== 'httpRequest',
      'The consumer is not known.',
    ],
    [projectId !== '' && !hasProject(organization, projectId), 'The project is not there.'],
    [!isHere(url), 'This Azure DevOps posts to loopback addresses alone.'],
    [
      password !== undefined && !/^\S{1,256}$/.test(password),
      'basicAuthPassword has 1 to 256 characters without spaces.',
    ],
  ];
  for (const [applies, message] of problems)
    if (applies) throw new RefusedError(400, 'SubscriptionInputException', message);
}

const hasProject = ({ projects }: OrganizationRecord, id: string) =>
  projects.some((project) => project.state === 'wellFormed' && sameName(project.id, id));

/** The real one does the opposite: it wants https and refuses private addresses. */
function isHere(url: string): boolean {
  return URL.canParse(url) && ['127.0.0.1', 'localhost'].includes(new URL(url).hostname);
}
