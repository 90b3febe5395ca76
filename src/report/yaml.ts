import { dump } from 'js-yaml';
import { reportDocument } from './json.js';
import type { Report } from './report.js';
import type { View } from './style.js';

/** The JSON document, as YAML. */
export function renderYaml(report: Report, view: View): string {
  return dump(reportDocument(report, view.titleOf), { lineWidth: -1, noRefs: true });
}
