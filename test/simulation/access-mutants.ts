import { grant } from '../builders/configuration.ts';
import { ABSENT } from '../../shared/domain/iam/role-fields.ts';
import type { Step } from '../../shared/domain/iam/iam-operation.ts';
import type { Mutants } from './mutant.ts';
import {
  inText,
  skipping,
  withChanges,
  withPorts,
  withRoles,
  withState,
  withSteps,
  withTrust,
  withWriter,
} from './mutant.ts';
import {
  believesEveryName,
  believesTheName,
  believesTheRecord,
  ignoresRoleId,
  knowsByName,
  renewsOldNames,
  othersAreForgotten,
  takesOverUnasked,
} from './mutant-ports.ts';
import { sound } from './simulated-run.ts';

const isWide = ({ action }: Step) => action === 'attachManagedPolicy' || action === 'putInlinePolicy';
const isBoundary = ({ action }: Step) => action === 'setBoundary';

/** What a read-back asks for, but not of the boundary. */
const regardless = (step: Step): Step =>
  step.action === 'readBack'
    ? {
        ...step,
        expected: Object.fromEntries(Object.entries(step.expected).filter(([path]) => path !== 'boundary')),
      }
    : step;

/** Who comes in, how far, and into which role. */
export const accessMutants: Mutants = {
  'compares subjects by their beginning': {
    breaks: 'I1',
    wiring: withTrust(inText(/"StringEquals":(.*?"[^"]*:sub":"sc:[^"]*)"/g, '"StringLike":$1*"')),
  },
  'compares subjects regardless of case': {
    breaks: 'I1',
    wiring: withTrust(inText(/"StringEquals"/g, '"StringEqualsIgnoreCase"')),
  },
  'lets in whoever has no claim at all': {
    breaks: 'I1',
    wiring: withTrust(inText(/"StringEquals"/g, '"StringEqualsIfExists"')),
  },
  'forgets the audience': { breaks: 'I1', wiring: withTrust(inText(/"[^"]*:aud":"[^"]*",/g, '')) },
  'asks for any provider': { breaks: 'I1', wiring: withTrust(inText(/\{"Federated":"[^"]*"\}/g, '"*"')) },
  'skips the narrowing of the trust': {
    breaks: 'I1',
    wiring: withSteps((steps, { narrowing }) =>
      steps.filter((step) => step.action !== 'setTrust' || !narrowing.includes(step)),
    ),
  },
  'closes no role': { breaks: 'I1', wiring: withChanges((each) => (each.kind === 'close' ? [] : [each])) },
  'lets old names stay for ever': {
    breaks: 'I1',
    wiring: withPorts(renewsOldNames),
  },
  'believes every name that a record gives': { breaks: 'I17', wiring: withPorts(believesEveryName) },
  'takes a record that was moved for a handover': { breaks: 'I1', wiring: withPorts(believesTheRecord) },
  'knows connections by their names': { breaks: 'I1', wiring: withPorts(knowsByName) },
  'sees only connections of its own type': { breaks: 'I1', wiring: withPorts(othersAreForgotten) },
  'forgets whom it shut out': {
    breaks: 'I1',
    wiring: withState((item) => withRoles(item, ({ closed: _, ...role }) => role)),
  },
  'widens before it narrows': {
    breaks: 'I2',
    wiring: withSteps((steps, { narrowing, widening, decision }) =>
      decision === 'held' || steps.length <= narrowing.length ? steps : [...widening, ...narrowing],
    ),
  },
  'takes roles over without narrowing them': {
    breaks: 'I2',
    wiring: withSteps((steps, { kind, narrowing }) =>
      kind === 'adopt' ? steps.filter((step) => !narrowing.includes(step)) : steps,
    ),
  },
  'revokes no sessions': {
    breaks: 'I2',
    wiring: withSteps((steps) => steps.filter(({ action }) => action !== 'revokeSessions')),
  },
  'lets sessions last as long as can be': {
    breaks: 'I2',
    wiring: withSteps((steps) =>
      steps.map((step) =>
        step.action === 'createRole' || step.action === 'updateRole'
          ? { ...step, maxSessionDuration: 43_200 }
          : step,
      ),
    ),
  },
  'makes roles without a boundary': {
    breaks: 'I3',
    wiring: withWriter((writer, world) => ({
      write: async (step) => {
        await writer.write(step);
        if (step.action !== 'createRole') return;
        for (const { id, partition } of world.configuration.accounts) {
          const { roles } = world.accounts.in({ id, partition });
          const role = roles.get(step.role);
          if (role) roles.set(step.role, { ...role, boundary: undefined });
        }
      },
    })),
  },
  'skips the boundary': {
    breaks: 'I3',
    wiring: withSteps((steps) => steps.filter((step) => !isBoundary(step)).map(regardless)),
  },
  'fixes the boundary last': {
    breaks: 'I3',
    wiring: withSteps((steps) => [
      ...steps.filter((step) => !isBoundary(step)).map(regardless),
      ...steps.filter(isBoundary),
    ]),
  },
  'ignores the RoleId': { breaks: 'I4', wiring: withPorts(ignoresRoleId) },
  'takes over what nobody asked it to': { breaks: 'I4', wiring: { ...sound, scoped: takesOverUnasked } },
  'reaches beyond its grants': {
    breaks: 'I4',
    wiring: {
      ...sound,
      configured: (configuration) => ({
        ...configuration,
        grants: configuration.grants.map((one) => grant({ ...one, role: { path: '', name: '*' } })),
      }),
    },
  },
  'lets a connection have the role of another pair': {
    breaks: 'I1',
    wiring: {
      ...sound,
      configured: (configuration) => ({
        ...configuration,
        grants: configuration.grants.map((one) => (one.roles ? grant({ ...one, roles: undefined }) : one)),
      }),
    },
  },
  'believes whoever has the name of the organization': { breaks: 'I12', wiring: withPorts(believesTheName) },
  'skips the detaching of foreign policies': { breaks: 'I13', wiring: skipping('detachManagedPolicy') },
  'opens a new role before its policies': {
    breaks: 'I13',
    wiring: withSteps((steps) => [...steps].sort((a, b) => Number(isWide(a)) - Number(isWide(b)))),
  },
  'takes an unwritten field for a written one': {
    breaks: 'I13',
    wiring: withSteps((steps) =>
      steps
        .filter(({ action }) => action !== 'tagRole' && action !== 'updateRole')
        .map((step) =>
          step.action === 'readBack'
            ? {
                ...step,
                expected: Object.fromEntries(
                  Object.entries(step.expected).filter(([, value]) => value === ABSENT),
                ),
              }
            : step,
        ),
    ),
  },
};
