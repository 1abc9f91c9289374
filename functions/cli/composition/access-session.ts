import type { Command } from 'commander';
import { createAccessSession } from '../../../shared/adapters/azure-devops/access-session.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import type { AccessScope, AccessView } from '../../../shared/application/connections/access.ts';
import { observeAccess } from '../../../shared/application/connections/access.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import type { AccessSession } from '../../../shared/ports/service-connections.ts';
import { loadSettings, type Invocation } from '../command-line/command.ts';
import { inert } from '../output/sanitize.ts';
import { readEndpointOverrides } from './deployment.ts';

export interface AccessOptions {
  readonly project: readonly string[];
}

export const addProjectOption = (command: Command): Command =>
  command.option(
    '--project <name>',
    'this project only; repeatable; * and ? are patterns; default: every project that a grant covers',
    (value: string, all: readonly string[]) => [...all, value],
    [],
  );

interface OpenAccess {
  readonly session: AccessSession;
  readonly observe: () => Promise<readonly AccessView[]>;
}

/** Of Azure DevOps alone: neither the table nor anything else in AWS. Throws ConfigError where nobody signs in through Entra. */
export function openAccess(invocation: Invocation, scope: AccessScope): OpenAccess {
  const { configuration, local, path } = loadSettings(invocation);
  if (!configuration.organizations.some(({ credential }) => credential.type === 'entra'))
    throw new ConfigError({
      where: path,
      what: 'No organization signs in as an application of Entra: a personal access token has the rights of its owner.',
      fix: 'Give the owner the role User on the service connections (docs/credentials.md), or write credential: { type: entra, ... }.',
    });
  for (const { name, credential } of configuration.organizations)
    if (credential.type !== 'entra')
      invocation.terminal.note(`${inert(name)}: left out; its token has the rights of its owner.`);
  const session = createAccessSession(readEndpointOverrides(systemClock, local).operator);
  return { session, observe: () => observeAccess(session, configuration, scope) };
}
