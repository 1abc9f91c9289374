import type { Organization } from '../../domain/configuration/configuration.ts';
import type { ConfigurationProblem } from '../../domain/kernel/errors.ts';
import { ConfigError, TransientError, describeFailure, isDefect } from '../../domain/kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Credential, CredentialSource, Token } from '../../ports/credentials.ts';
import { formatInstant } from '../../domain/kernel/durations.ts';
import { createTokenMemory } from './configured-credentials.ts';

/** Tokens that somebody has put into the environment; absent where nobody has. */
export interface SignInVariables {
  /** AZURE_DEVOPS_TOKEN */
  readonly person?: string;
  /** AZURE_DEVOPS_EXT_PAT */
  readonly pat?: string;
  /** SYSTEM_ACCESSTOKEN, of a running pipeline. */
  readonly job?: string;
}

export interface SignInParts {
  readonly clock: Clock;
  /** What the configuration names: a variable, a secret, a workload identity. */
  readonly configured: CredentialSource;
  readonly variables: () => SignInVariables;
  readonly azureCli: () => Promise<Token>;
  /** Something is changed in Azure DevOps: the token of the person counts before that of azfed. */
  readonly isActing: boolean;
}

/**
 * Whose token the command uses, the first that there is:
 *
 *     1  AZURE_DEVOPS_TOKEN      a bearer token of a person
 *     2  AZURE_DEVOPS_EXT_PAT    where something is changed: hooks, keys of connections
 *     3  the configuration       a variable, a secret, a workload identity
 *     4  SYSTEM_ACCESSTOKEN      of a pipeline that maps it
 *     5  AZURE_DEVOPS_EXT_PAT
 *     6  az                      the Azure CLI, where it is on the PATH
 *
 * Functions know the third alone. What passes by itself (no answer) is not passed over: the next source might see less.
 */
export function createPersonalCredentialSource(parts: SignInParts): CredentialSource {
  const { clock, configured, variables, isActing } = parts;
  const given = new WeakSet<Credential>();
  const cli = createTokenMemory(clock);

  async function useConfigured(organization: Organization): Promise<Credential> {
    const credential = await configured.getCredential(organization);
    given.add(credential);
    return credential;
  }

  const sources: readonly ((organization: Organization) => Promise<Credential> | Credential | undefined)[] = [
    (organization) => (isNamed(organization) ? undefined : readPersonal(variables().person, clock.now())),
    () => (isActing ? usePat(variables().pat) : undefined),
    useConfigured,
    () => useJob(variables().job),
    () => usePat(variables().pat),
    async () => ({
      type: 'bearer',
      token: (await cli.recall(AZURE_CLI, parts.azureCli)).token,
      source: 'The Azure CLI gives the token of who is signed in.',
    }),
  ];

  return {
    async getCredential(organization) {
      const failures: ConfigurationProblem[] = [];
      for (const source of sources)
        try {
          const credential = await source(organization);
          if (credential) return credential;
        } catch (error) {
          if (isDefect(error) || error instanceof TransientError) throw error;
          failures.push(...toProblems(organization, error));
        }
      throw new ConfigError([...failures, describeUnset(variables())]);
    },
    refused(organization, credential) {
      if (given.has(credential)) configured.refused(organization, credential);
      else cli.forgetOnce(AZURE_CLI, credential);
    },
  };
}

/** The one token of that memory. */
const AZURE_CLI = 'az';

/** Configurations may name the variable themselves: there it is what they say. */
const isNamed = ({ credential }: Organization): boolean =>
  'env' in credential && credential.env === 'AZURE_DEVOPS_TOKEN';

const usePat = (token: string | undefined): Credential | undefined =>
  token === undefined
    ? undefined
    : { type: 'pat', token, source: 'It is the personal access token in AZURE_DEVOPS_EXT_PAT.' };

const useJob = (token: string | undefined): Credential | undefined =>
  token === undefined
    ? undefined
    : { type: 'bearer', token, source: 'It is the token of this pipeline (SYSTEM_ACCESSTOKEN).' };

/** Personal access tokens have 52 or 84 characters (Azure DevOps, format of tokens); a bearer token tells its end. Throws ConfigError. */
function readPersonal(token: string | undefined, now: number): Credential | undefined {
  if (token === undefined) return undefined;
  const source = 'It is in the variable AZURE_DEVOPS_TOKEN.';
  const fail = (what: string) =>
    new ConfigError({
      where: 'environment variable AZURE_DEVOPS_TOKEN',
      what,
      fix: 'Get a new one (az account get-access-token, docs/credentials.md), or unset it.',
    });
  if (!/^[\u0021-\u007e]+$/.test(token)) throw fail('It holds characters that no token has.');
  const end = readEnd(token);
  if (end !== undefined && end <= now) throw fail(`The token ended at ${formatInstant(end)}.`);
  const isPat = /^(?:[a-z2-7]{52}|[A-Za-z0-9]{84})$/.test(token);
  return { type: isPat ? 'pat' : 'bearer', token, source };
}

function readEnd(token: string): number | undefined {
  const [, payload] = token.split('.');
  try {
    const { exp } = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString('utf8')) as {
      readonly exp?: unknown;
    };
    return typeof exp === 'number' ? exp * 1_000 : undefined;
  } catch {
    return undefined;
  }
}

function toProblems({ name }: Organization, error: unknown): readonly ConfigurationProblem[] {
  if (error instanceof ConfigError) return error.problems;
  const { message } = describeFailure(error);
  return [
    {
      where: `the credential of organization ${name}`,
      what: message,
      fix: 'Correct `credential`, or the right that it needs.',
    },
  ];
}

function describeUnset({ person, job, pat }: SignInVariables): ConfigurationProblem {
  const all = { AZURE_DEVOPS_TOKEN: person, SYSTEM_ACCESSTOKEN: job, AZURE_DEVOPS_EXT_PAT: pat };
  const names = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [name] : []));
  return {
    where: 'Sign-in to Azure DevOps',
    what: `Not set: ${names.join(', ')}.`,
    fix: 'A person: az login, or AZURE_DEVOPS_TOKEN. A pipeline: map SYSTEM_ACCESSTOKEN, or a workload identity in `credential`. The order: docs/credentials.md.',
  };
}
