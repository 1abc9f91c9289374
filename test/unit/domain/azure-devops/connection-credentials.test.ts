import type {
  CredentialKind,
  ServiceConnection,
} from '../../../../shared/domain/azure-devops/service-connection.ts';
import { classifyCredential } from '../../../../shared/domain/azure-devops/service-connection.ts';

const ROLE = 'arn:aws:iam::123456789012:role/azure-devops/shop';

it.each<readonly [ServiceConnection['oidc'], 'key' | 'no key', 'role' | 'no role', CredentialKind]>([
  ['off', 'key', 'no role', 'keys'],
  ['off', 'key', 'role', 'keys'],
  ['on', 'key', 'role', 'mixed'],
  ['on', 'key', 'no role', 'mixed'],
  ['on', 'no key', 'role', 'federated'],
  ['on', 'no key', 'no role', 'nothing'],
  ['off', 'no key', 'role', 'agent-role'],
  ['off', 'no key', 'no role', 'nothing'],
  ['unclear', 'no key', 'role', 'unclear'],
  ['unclear', 'key', 'role', 'unclear'],
])('calls Use OIDC %s with %s and %s: %s', (oidc, key, role, expected) => {
  const hasAccessKey = key === 'key';
  const requestedRoleArn = role === 'role' ? ROLE : '';
  expect(classifyCredential({ oidc, hasAccessKey, requestedRoleArn })).toBe(expected);
});
