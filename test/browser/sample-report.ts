import { createConsoleUser } from '../../infra/local/console-user.ts';
import { sample } from '../../infra/local/sample.ts';
import { setStage } from '../../functions/cli/commands/local/story/stage.ts';
import type { ReportDocument } from '../../shared/application/reporting/report-document.ts';
import { makeReport } from '../../shared/application/reporting/report-document.ts';
import { DAY_MS, HOUR_MS } from '../../shared/domain/kernel/durations.ts';

/** The report of the sample of `npm start` on a Monday after a few eventful days, with two roles that somebody has just changed. */
export async function makeSampleReport(): Promise<ReportDocument> {
  const stage = await setStage();
  const { cloud, ports, configuration, runOnce, wait } = stage;
  try {
    const user = createConsoleUser(
      cloud.aws.url,
      Object.fromEntries(cloud.aws.accounts.map(({ id, credentials }) => [id, credentials])),
    );
    const tamper = async (what: Parameters<typeof user.tamper>[0], role: string) =>
      user.tamper(what, await user.findRole(role));
    await runOnce();
    const controls = await ports.state.readControls();
    const bootstrapped = {
      by: 'arn:aws:iam::123456789012:role/Admin',
      at: ports.clock.now(),
    };
    await ports.state.write({ ...controls, bootstrapped });
    wait(2 * DAY_MS);
    await tamper('attach-admin', 'network');
    await runOnce();
    wait(DAY_MS);
    await tamper('drop-boundary', 'payments-prod');
    await tamper('raise-session', 'shop-staging');
    await runOnce();
    cloud.azureDevOps.projects.rename(sample.organization, 'Shop', 'Shop Europe');
    wait(4 * HOUR_MS);
    await runOnce();
    wait(2 * DAY_MS);
    await tamper('open-trust', 'shop-prod');
    await tamper('put-inline', 'shop-mixed');
    return await makeReport(ports, configuration);
  } finally {
    await cloud.close();
  }
}
