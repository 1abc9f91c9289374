import type { SubscriptionRecord } from '../../../infra/local/azure-devops/state/state.ts';
import { sample, sampleConfiguration } from '../../../infra/local/sample.ts';
import type { Place, Said } from './command-line.ts';
import { enterPlace } from './command-line.ts';

export const URL = 'http://127.0.0.1:9/hooks/azure-devops';
export const FIRST = 'first-password-of-the-hooks';

interface Passwords {
  readonly current: string;
  readonly previous?: string;
}

interface StatusDocument {
  readonly code: number | null;
  readonly isPartial: boolean;
  readonly subscriptions: readonly Readonly<Record<string, unknown>>[];
}

/** The sample, in a deployment that takes service hooks at `URL` with the password `FIRST`. */
export interface HooksPlace extends Place {
  /** What is typed after `azfed hooks`. */
  hooks(...typed: readonly string[]): Promise<Said>;
  install(): Promise<Said>;
  status(): Promise<StatusDocument>;
  statuses(): Promise<readonly unknown[]>;
  subscriptions(): readonly SubscriptionRecord[];
  one(): SubscriptionRecord;
  /** What a person does with the first subscription at the page of its project. */
  edit(change: Partial<SubscriptionRecord>): void;
  /** Changes in Azure DevOps so far. */
  writes(): number;
  setPasswords(passwords: Passwords): string;
  /** What the service reads. */
  passwords(): Passwords;
  /** The configuration of the sample, and these lines. */
  configure(more: string): void;
}

export async function enterHooksPlace(): Promise<HooksPlace> {
  const place = await enterPlace();
  const { azureDevOps, secrets } = place.cloud;
  const hooks = (...typed: readonly string[]) => place.azfed(['hooks', ...typed, '--local']);
  const subscriptions = () => azureDevOps.snapshot().organizations[0]?.subscriptions ?? [];
  const setPasswords = (passwords: Passwords) => secrets.put('azfed/hook', JSON.stringify(passwords));
  const configure = (more: string) => {
    place.write('.azfed/federation.yaml', `${sampleConfiguration(place.cloud)}${more}`);
  };
  const status = async () => {
    const { code, stdout } = await hooks('status', '--json');
    return { code, ...(JSON.parse(stdout) as Omit<StatusDocument, 'code'>) };
  };
  const one = () => {
    const [found] = subscriptions();
    if (!found) throw new Error('There is no subscription.');
    return found;
  };
  configure(`hooks: { url: "${URL}", secret: "${setPasswords({ current: FIRST })}" }\n`);
  return {
    ...place,
    hooks,
    install: () => hooks('install', '--yes'),
    status,
    statuses: async () => (await status()).subscriptions.map(({ standing: status }) => status),
    subscriptions,
    one,
    edit(change) {
      const { id, createdAt: _, modifiedAt: __, ...before } = one();
      azureDevOps.hooks.update(sample.organization, id, { ...before, ...change });
    },
    writes: () => azureDevOps.calls.filter(({ operation }) => operation === 'write').length,
    setPasswords,
    passwords() {
      const secret = secrets.snapshot().secrets.find(({ name }) => name === 'azfed/hook');
      const value = secret?.versions[0]?.value;
      if (!value || !('SecretString' in value)) throw new Error('There is no password.');
      return JSON.parse(value.SecretString) as Passwords;
    },
    configure,
  };
}
