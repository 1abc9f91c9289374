const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** Whatever tests, and the commands that they start, leave in the temporary folder goes with the run. */
module.exports = () => {
  const folder = mkdtempSync(join(tmpdir(), 'azfed-tests-'));
  process.env.TMPDIR = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
};
