import type { ReportDocument } from '../../shared/application/reporting/report-document.ts';
import type { ReportedConnection } from '../../shared/application/reporting/reported-connections.ts';

const ACCOUNT = '123456789012';

const makeTrust = (subject: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/vstoken.dev.azure.com/org` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { 'vstoken.dev.azure.com/org:sub': subject } },
    },
  ],
});

/** A connection of the report that is as it should be. */
export function reportedConnection(
  number: number,
  fields: Partial<ReportedConnection> = {},
): ReportedConnection {
  const project = `Project ${Math.floor(number / 100)}`;
  const trust = makeTrust(`sc://contoso/${project}/aws-${number}`);
  return {
    connectionId: `cccccccc-0000-4000-8000-${String(number).padStart(12, '0')}`,
    connection: `${project} / aws-${number}`,
    roleArn: `arn:aws:iam::${ACCOUNT}:role/azure-devops/deploy-${number}`,
    state: 'converged',
    held: null,
    retirement: null,
    organization: 'contoso',
    project,
    account: ACCOUNT,
    grant: 'all',
    differences: [],
    expectedTrust: trust,
    liveTrust: trust,
    ...fields,
  };
}

/** A report of these connections, and nothing else in it. */
export function buildReport(
  connections: readonly ReportedConnection[],
  fields: Partial<ReportDocument> = {},
): ReportDocument {
  return {
    schemaVersion: 1,
    madeAt: '2026-11-23T09:00:00.000Z',
    unread: [],
    notices: [],
    connections,
    findings: [],
    coverage: { missing: 0, unaccounted: 0, notShown: 0, settling: 0 },
    staticKeys: [],
    doors: [],
    adoption: { roles: [], unreadAccounts: [] },
    issuers: [],
    events: [],
    runs: [],
    ...fields,
  };
}
