import type { Lab } from './lab.js';
import { productRun, type Rung } from './product.js';
import { survey } from './scene.js';
import { drawFrom } from './seed.js';

/** Every finding that the product makes of a healthy cluster, and every flow that it could not call healthy. */
export async function healthyFindings(lab: Lab, rung: Rung): Promise<readonly string[]> {
  const { client, near, same, across, service, serverPort } = drawFrom(await survey(lab), 1);
  const from = { source: `pod/${client.pod}`, probe: 'http' as const, port: serverPort };
  const flows = [
    { ...from, dest: `svc/${service.name}`, port: service.port },
    { ...from, dest: `pod/${same.pod}` },
    { ...from, dest: `pod/${across.pod}` },
    { ...from, dest: `${service.name}.shop.svc.cluster.local`, port: service.port },
    { ...from, dest: `${lab.cidrs.outside}:80`, port: 80 },
    { ...from, source: `node/${near}`, dest: `svc/${service.name}`, port: service.port },
  ];
  const said: string[] = [];
  for (const flow of flows) {
    const { exitCode, findings, trouble } = await productRun(lab, flow, { rung });
    const where = `${flow.source} -> ${flow.dest}`;
    if (trouble !== '') said.push(`${where}: ${trouble}`);
    else if (exitCode !== 0 && findings.length === 0) said.push(`${where}: exit ${exitCode} without a finding`);
    said.push(...findings.map(({ id, severity, summary }) => `${where}: ${severity} ${id} ${summary}`));
  }
  return said;
}
