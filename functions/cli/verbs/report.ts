import { pathToFileURL } from 'node:url';
import { makeReport } from '../../../shared/application/report.ts';
import { buildPageAssets } from '../../../shared/report-page/build-assets.ts';
import { reportPage } from '../../../shared/report-page/page.ts';
import { openDeployment } from '../deployment.ts';
import { counted } from '../render/counted.ts';
import { inert, jsonText } from '../render/inert.ts';
import { writeText } from '../text-file.ts';
import type { Verb } from '../verb.ts';

interface ReportOptions {
  readonly out: string;
}

export const reportVerb: Verb = (command, run) => {
  command
    .option('--out <file>', 'where the page is written', 'azfed-report.html')
    .action(({ out }: ReportOptions) =>
      run(async ({ options, terminal, ...invocation }) => {
        const { ports, configuration } = await openDeployment({ options, terminal, ...invocation });
        const report = await makeReport(ports, configuration);
        if (options.json) terminal.result(jsonText(report));
        else {
          writeText(out, reportPage(report, buildPageAssets()));
          terminal.result(
            `${out}: ${counted(report.connections.length, 'connection')}. Open it in a browser: ${pathToFileURL(out).href}`,
          );
        }
        for (const message of report.unread) terminal.problem(`Could not be read: ${inert(message)}`);
        return report.unread.length > 0 ? 3 : 0;
      }),
    );
};
