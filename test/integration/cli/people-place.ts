import { parse } from 'yaml';
import { AWS_ORGANIZATION } from '../../../infra/local/aws/state/world.ts';
import { openConsole } from '../../../infra/local/console-user.ts';
import { sample, sampleConfiguration } from '../../../infra/local/sample.ts';
import {
  deploySpokeRoles,
  listHubPolicies,
  makePermissionSet,
  makeSetPattern,
  signInWithSet,
  withLoopback,
} from '../../builders/permission-sets.ts';
import { synthesize, synthesizeSpoke } from '../../infra/synthesis.ts';
import { getAccount } from '../local-play/playground.ts';
import type { Place, Variables } from './command-line.ts';

const sets = ['Reader', 'Operator', 'Approver', 'Guest'] as const;
type PermissionSet = (typeof sets)[number];

/** The sample, with roles and people as the templates make them. */
function configure({ cloud }: Place): string {
  const { webhooks: _, ...content } = parse(sampleConfiguration(cloud)) as Readonly<Record<string, unknown>>;
  const people = {
    readers: [makeSetPattern('Reader')],
    operators: [makeSetPattern('Operator')],
    approvers: [makeSetPattern('Approver')],
  };
  const accounts = sample.accounts.map((id) => ({
    id,
    assumeRole: `arn:aws:iam::${id}:role/team-spoke`,
    readRole: `arn:aws:iam::${id}:role/team-spoke-read`,
    retireRole: `arn:aws:iam::${id}:role/team-spoke-retire`,
    externalId: 'team-1',
  }));
  return JSON.stringify({ ...content, people, accounts });
}

/** For the stack, functions have no secret in their environment. */
const deployable = (text: string) =>
  text.replace(
    `{"type":"pat","env":"${sample.secretNames.pat}"}`,
    '{"type":"pat","secret":"arn:aws:secretsmanager:us-east-1:111122223333:secret:azfed/pat-AbCdEf"}',
  );

export interface PeoplePlace {
  keys(set: PermissionSet): Variables;
  azfed(set: PermissionSet, typed: readonly string[]): ReturnType<Place['azfed']>;
}

/** Deploys the templates into the embedded IAM, and signs people in by IAM Identity Center. */
export async function admitPeople(place: Place): Promise<PeoplePlace> {
  const text = configure(place);
  place.write('federation.yaml', text);
  place.write('deployed.yaml', deployable(text));
  const context = {
    mode: 'organization',
    organizationId: AWS_ORGANIZATION,
    configuration: `${place.path}/deployed.yaml`,
  };
  const spoke = withLoopback(() => synthesizeSpoke(context));
  const hub = withLoopback(() => synthesize(context)['azfed'] ?? { Resources: {} });
  for (const id of sample.accounts) {
    const iam = openConsole(place.cloud.aws.url, getAccount(place.cloud, id).credentials);
    await deploySpokeRoles(iam, spoke, id);
    iam.destroy();
  }
  const sessions = new Map<PermissionSet, Variables>();
  for (const set of sets) {
    makePermissionSet(place.cloud, set, listHubPolicies(hub, `${set.toLowerCase()}s`));
    sessions.set(set, await signInWithSet(place.cloud, set));
  }
  return {
    keys: (set) => sessions.get(set) ?? {},
    azfed: (set, typed) => place.azfed(typed, { ...place.variables, ...sessions.get(set) }),
  };
}
