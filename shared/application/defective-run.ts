import type { PassReport } from './reconcile.ts';

/** Errors of azfed's own in a run, thrown after everything else of the run was done, recorded and put into the report. */
export class DefectiveRun extends AggregateError {
  readonly report: PassReport;

  constructor(report: PassReport, defects: readonly unknown[]) {
    const messages = defects.map((error) => (error instanceof Error ? error.message : String(error)));
    super(defects, `The run met an error of azfed itself: ${messages.join(' ')}`, { cause: defects[0] });
    this.name = 'DefectiveRun';
    this.report = report;
  }
}
