import { createAuditLogReader } from '../../shared/adapters/azure-devops/audit-log.ts';
import { createAzureDevOpsSource } from '../../shared/adapters/azure-devops/azure-devops-source.ts';
import { createHookSession } from '../../shared/adapters/azure-devops/hook-subscriptions.ts';
import { createOperator } from '../../shared/adapters/azure-devops/operator.ts';
import { createEntraTokenSource } from '../../shared/adapters/entra/entra-token-source.ts';
import { createPatSource } from '../../shared/adapters/secrets/pat-source.ts';
import { createCredentialSource } from '../../shared/application/credentials/configured-credentials.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { CredentialSource } from '../../shared/ports/credentials.ts';
import { secretAccess, type Aws, type Secrets } from './connect.ts';

// Beside connect.ts, because bundlers keep the whole client of Azure DevOps wherever this file is imported.

/** What organizations are signed in to with. Never the real STS: what it signs would go to the embedded Entra. */
export function connectCredentials(clock: Clock, endpoints: (Aws & Secrets) | undefined): CredentialSource {
  const sts = endpoints && {
    stsOptions: { endpoint: endpoints.aws, credentials: endpoints.hub, region: 'us-east-1' },
  };
  return createCredentialSource({
    clock,
    pat: createPatSource(secretAccess(clock, endpoints)),
    entra: createEntraTokenSource({ clock, ...sts }),
  });
}

/** `waits`: how long a person who looks on waits for an answer. */
export function connectAzureDevOps(
  clock: Clock,
  credentials: CredentialSource,
  waits: { readonly maxWaitMs?: number; readonly requestTimeoutMs?: number } = {},
) {
  const options = { clock, ...credentials, ...waits };
  return {
    connections: createAzureDevOpsSource(options),
    session: createHookSession(createOperator({ clock, ...credentials })),
    auditLog: createAuditLogReader(options),
  };
}
