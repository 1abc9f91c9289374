import { adoption } from './open-points.ts';
import { connectionList } from './connection-list.ts';
import { detailDialog } from './detail.ts';
import { element } from './elements.ts';
import { happenings } from './happenings.ts';
import { heading, tiles } from './header.ts';
import { issuers } from './open-points.ts';
import { doors, failures, findings, retirements, staticKeys } from './open-points.ts';
import { picture } from './picture.ts';
import { readReport, rows } from './report.ts';
import { trend } from './trend.ts';
import { startView } from './view.ts';

/** Builds the page out of the data beside it. */
function draw(): void {
  document.body.append(
    element('a', { class: 'skip', href: '#search' }, ['Skip to the connections']),
    heading(),
    element('main', {}, [
      tiles(),
      rows.length > 0 ? picture() : '',
      failures() ?? '',
      connectionList(),
      findings(),
      happenings(),
      trend(),
      adoption() ?? '',
      staticKeys(),
      issuers(),
      doors() ?? '',
      retirements() ?? '',
    ]),
    element('footer', { class: 'faint' }, ['Made by azfed report. This file asks nobody for anything.']),
    detailDialog(),
  );
  startView();
}

readReport().then(draw, () => {
  document.body.append(
    element('p', { role: 'alert' }, [
      'This browser cannot read the report. Read the same with: azfed report --json',
    ]),
  );
});
