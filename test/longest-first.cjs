const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * On a fresh machine jest knows of no durations and goes by the size of files: the shortest files would be the last to run,
 * and the crash matrix, one of them, takes minutes.
 */
const longest = [
  'simulation/crash-matrix',
  'cli/verify-run',
  'slow/pull-request',
  'browser/report-views',
  'slow/scale',
  'slow/package',
  'simulation/model-runs',
  'simulation/mutants',
  'cli/journey',
  'cli/adopt-all',
  'slow/crash',
];

const rankOf = ({ path }) => {
  const rank = longest.findIndex((name) => path.endsWith(`${name}.test.ts`));
  return rank < 0 ? longest.length : rank;
};

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((a, b) => rankOf(a) - rankOf(b));
  }
};
