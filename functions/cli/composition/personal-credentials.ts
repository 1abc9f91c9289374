import { readAzureCliToken } from '../../../shared/adapters/azure-cli/azure-cli.ts';
import { createPersonalCredentialSource } from '../../../shared/application/credentials/personal-credentials.ts';
import { readChildEnvironment, readSignInVariables } from '../../../shared/config/environment.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { CredentialSource } from '../../../shared/ports/credentials.ts';
import type { Aws, Secrets } from '../../runtime/connect.ts';
import { connectCredentials } from '../../runtime/connect-azure-devops.ts';

/** What the command signs in to Azure DevOps with; the tokens of people are nothing for the embedded cloud. */
export function connectPersonalCredentials(
  clock: Clock,
  local: (Aws & Secrets) | undefined,
  isActing = false,
): CredentialSource {
  const configured = connectCredentials(clock, local);
  if (local) return configured;
  return createPersonalCredentialSource({
    clock,
    configured,
    variables: readSignInVariables,
    azureCli: () => readAzureCliToken({ clock, environment: readChildEnvironment }),
    isActing,
  });
}
