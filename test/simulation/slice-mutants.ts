import type { AccountSlice } from '../../shared/domain/discovery/account-slice.ts';
import { isAwsConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import { opensByNewestSlices } from './mutant-ports.ts';
import type { Mutants } from './mutant.ts';
import { withControls, withPorts } from './mutant.ts';
import type { Wiring } from './simulated-run.ts';
import { sound } from './simulated-run.ts';

const withSlice = (sliced: (slice: AccountSlice) => AccountSlice): Wiring => ({ ...sound, sliced });

/** What discovery leaves to the run over an account is not what concerns it. */
export const sliceMutants: Mutants = {
  'leaves connections of other types out of the slice of an account': {
    breaks: 'I1',
    wiring: withSlice((slice) => ({
      ...slice,
      connections: slice.connections.filter(isAwsConnection),
    })),
  },
  'calls the slice of an account whole that was cut short': {
    breaks: 'I6',
    wiring: withSlice((slice) => ({ ...slice, isComplete: true, findings: [] })),
  },
  'goes on by a slice that discovery has replaced': {
    breaks: 'I1',
    wiring: {
      ...sound,
      judged: ({ snapshot, ...planned }) => ({
        ...planned,
        snapshot: { ...snapshot, sliceDigests: new Map() },
      }),
    },
  },
  'waits with what narrows until it has read the newest slice': {
    breaks: 'I17',
    wiring: withPorts(opensByNewestSlices),
  },
  'forgets the breakers of an account': {
    breaks: 'I8',
    wiring: withControls((controls) =>
      controls.account === undefined ? controls : { ...controls, breakers: [] },
    ),
  },
};
