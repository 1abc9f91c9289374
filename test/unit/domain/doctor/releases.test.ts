import { judgeReleases } from '../../../../shared/domain/doctor/releases.ts';

const judge = (...releases: readonly (string | { readonly unknown: string })[]) =>
  judgeReleases(releases.map((release, index) => ({ part: `part ${index}`, release }))).map(
    ({ state }) => state,
  );

describe('the releases of a deployment', () => {
  it.each([
    ['are the same', ['0.2.0', '0.2.0'], ['current', 'current']],
    ['are not: the older one lags', ['0.2.0', '0.1.9'], ['current', 'lags']],
    ['are not, and the command is the older one', ['0.1.0', '0.2.0'], ['lags', 'current']],
    ['are compared by numbers', ['0.10.0', '0.9.0'], ['current', 'lags']],
    ['may be candidates, which come before their release', ['1.0.0-rc.1', '1.0.0'], ['lags', 'current']],
    ['may be said by nobody, which is an older release', ['0.2.0', 'none'], ['current', 'lags']],
    ['may be unreadable', ['0.2.0', { unknown: 'refused' }], ['current', 'unknown']],
    ['may be none', ['0.2.0', 'local'], ['current', 'unknown']],
  ] as const)('%s', (_what, releases, states) => {
    expect(judge(...releases)).toEqual(states);
  });
});
