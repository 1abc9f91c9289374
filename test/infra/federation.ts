import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const HUB = '111122223333';
export const SPOKE = '444455556666';
export const OTHER_SPOKE = '777788889999';
export const ORGANIZATION = '11111111-2222-3333-4444-555555555555';
export const PAT_SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:azfed/pat-AbCdEf';
export const EVENT_BUS = 'arn:aws:events:us-east-1:111122223333:event-bus/security';
export const TOPIC = 'arn:aws:sns:us-east-1:111122223333:azfed';
export const WEBHOOK_SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:azfed/ops-AbCdEf';
export const BOUNDARY = 'policy/azfed-boundary';

const account = (id: string) => ({
  id,
  assumeRole: `arn:aws:iam::${id}:role/azfed-spoke`,
  readRole: `arn:aws:iam::${id}:role/azfed-spoke-read`,
  externalId: 'azfed-test',
});

/** A configuration for the accounts. */
export function federation(accounts: readonly string[]) {
  return {
    version: 1,
    organizations: [
      {
        name: 'contoso',
        id: ORGANIZATION,
        credential: {
          type: 'entra',
          tenantId: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
          clientId: '99999999-8888-7777-6666-555555555555',
        },
      },
      {
        name: 'fabrikam',
        id: '22222222-3333-4444-5555-666666666666',
        credential: { type: 'pat', secret: PAT_SECRET },
        auditLog: true,
      },
    ],
    accounts: accounts.map(account),
    grants: [
      {
        name: 'shop',
        mode: 'enforce',
        connections: { organization: 'contoso', project: 'Shop', name: 'aws-*' },
        accounts,
        role: { path: '/azure-devops/shop/', name: '*' },
        boundary: `arn:{partition}:iam::{account}:${BOUNDARY}`,
        managedPolicies: ['arn:{partition}:iam::aws:policy/ReadOnlyAccess'],
      },
    ],
    webhooks: [
      {
        name: 'ops',
        url: 'https://hooks.example.com/azfed',
        secret: { secret: WEBHOOK_SECRET },
        events: ['connection.*'],
      },
      { name: 'bus', format: 'eventbridge', bus: EVENT_BUS, events: ['*'] },
      { name: 'topic', format: 'sns', topic: TOPIC, events: ['*'] },
    ],
  };
}

/** Writes it to a file of its own. JSON is YAML. */
export function writeFederation(content: unknown): string {
  const file = join(mkdtempSync(join(tmpdir(), 'azfed-infra-')), 'federation.yaml');
  writeFileSync(file, JSON.stringify(content));
  return file;
}

export const organizationContext = (configuration: string) => ({
  mode: 'organization',
  organizationId: 'o-abcdefghij',
  configuration,
});
