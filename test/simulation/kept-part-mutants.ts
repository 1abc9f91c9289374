import type { Grant } from '../../shared/domain/configuration/configuration.ts';
import type { Step } from '../../shared/domain/iam/iam-operation.ts';
import { allowingPart } from '../../shared/domain/policy/live-trust.ts';
import { grant } from '../builders/configuration.ts';
import type { Mutants } from './mutant.ts';
import { withSteps, withWriter } from './mutant.ts';
import type { Wiring } from './simulated-run.ts';
import { sound } from './simulated-run.ts';

const withGrants = (change: (one: Grant) => Grant): Wiring => ({
  ...sound,
  configured: (configuration) => ({ ...configuration, grants: configuration.grants.map(change) }),
});

/** After the trust of a role whose permissions are somebody else's was written, this is done as well. */
const alsoDoing = (more: (role: Extract<Step, { action: 'setTrust' }>['role']) => Step): Wiring =>
  withSteps((steps, change) =>
    change.target === 'role' && change.permissions === 'unmanaged'
      ? steps.flatMap((step) => (step.action === 'setTrust' ? [step, more(step.role)] : [step]))
      : steps,
  );

/** What azfed does not keep of a role, and what a grant lists for its trust. */
export const keptPartMutants: Mutants = {
  'manages permissions that are somebody else’s': {
    breaks: 'I14',
    wiring: withGrants((one) =>
      one.permissions === 'unmanaged'
        ? { ...one, permissions: 'managed', boundary: grant().boundary, inlinePolicies: {} }
        : one,
    ),
  },
  'revokes sessions by a policy of a role that is somebody else’s': {
    breaks: 'I14',
    wiring: alsoDoing((role) => ({ action: 'revokeSessions', role })),
  },
  'tidies up the tags of somebody else': {
    breaks: 'I14',
    wiring: alsoDoing((role) => ({ action: 'untagRole', role, keys: ['owner'] })),
  },
  'gives a boundary to roles whose grant asks for none': {
    breaks: 'I2',
    wiring: withGrants((one) => ({ ...one, boundary: grant().boundary })),
  },
  'takes the further statements of its grant for those of strangers': {
    breaks: 'I13',
    wiring: withGrants((one) => ({ ...one, trust: { ...one.trust, statements: [] } })),
  },
  'forgets the conditions of its grant': {
    breaks: 'I1',
    wiring: withGrants((one) => ({ ...one, trust: { ...one.trust, conditions: {} } })),
  },
  'throws away the Deny of a company': {
    breaks: 'I2',
    wiring: withWriter((writer) => ({
      write: (step) =>
        writer.write(step.action === 'setTrust' ? { ...step, trust: allowingPart(step.trust) } : step),
    })),
  },
};
