import { pathToFileURL } from 'node:url';
import { makeReport } from '../../../shared/application/reporting/report-document.ts';
import { buildPageAssets } from '../../../shared/report-page/build-assets.ts';
import { reportPage } from '../../../shared/report-page/page.ts';
import { openDeployment } from '../composition/deployment.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import { inert, jsonText } from '../output/sanitize.ts';
import { addFilterOptions, readFilter, type FilterOptions } from '../arguments/filter.ts';
import { selectFromView } from './plan/interactive-plan.ts';
import { requireWritable, writeText } from '../command-line/text-file.ts';
import { sayUnread, type Verb } from '../command-line/command.ts';

interface ReportOptions extends FilterOptions {
  readonly out: string;
}

export const reportVerb: Verb = (command, run) => {
  addFilterOptions(command)
    .option('--out <file>', 'the file to write', 'azfed-report.html')
    .action(
      run(async ({ options, terminal, ...invocation }, { out, ...typed }: ReportOptions) => {
        const deployment = await openDeployment({ options, terminal, ...invocation });
        const { ports, configuration } = deployment;
        const filter = readFilter(typed);
        if (!options.json) requireWritable(out);
        const report = await makeReport(
          ports,
          configuration,
          filter && ((planned) => selectFromView(deployment, planned, filter)),
        );
        if (options.json) terminal.result(jsonText(report));
        else {
          writeText(out, reportPage(report, buildPageAssets()));
          terminal.result(
            `${inert(out)}: ${counted(report.connections.length, 'connection')}. Open it in a browser:\n${pathToFileURL(out).href}`,
          );
        }
        sayUnread(terminal, report.unread);
        return report.unread.length > 0 ? 3 : 0;
      }),
    );
};
