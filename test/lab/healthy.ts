import type { Lab } from './lab.js';
import { productSays, type Rung } from './product.js';
import { survey } from './scene.js';
import { drawFrom } from './seed.js';

/** Every finding that the product makes of a healthy cluster, and every question that it could not call healthy. */
export async function healthyFindings(lab: Lab, rung: Rung): Promise<readonly string[]> {
  const { client, near, same, across, service, serverPort } = drawFrom(await survey(lab), 1);
  const from = `pod/${client.pod}`;
  const port = ['--port', String(serverPort)];
  const asked = [
    [from, `svc/${service.name}`],
    [from, `pod/${same.pod}`, ...port],
    [from, `pod/${across.pod}`, ...port],
    [from, `${service.name}.shop.svc.cluster.local:${service.port}`],
    [from, `${lab.cidrs.outside}:80`],
    [`node/${near}`, `svc/${service.name}`],
    ['cluster'],
  ];
  // A flow that nobody attempted is never called healthy; `cluster` is held to what the rung can reach.
  const expected = (words: readonly string[]): number => (rung === 'none' && words[0] !== 'cluster' ? 4 : 0);
  const said: string[] = [];
  for (const words of asked) {
    const { exitCode, findings, trouble } = await productSays(lab, words, { rung });
    const where = `--probe ${rung} ${words.join(' ')}`;
    if (trouble !== '') said.push(`${where}: ${trouble}`);
    else if (exitCode !== expected(words) && findings.length === 0)
      said.push(`${where}: exit ${exitCode} without a finding`);
    said.push(...findings.map(({ id, severity, summary }) => `${where}: ${severity} ${id} ${summary}`));
  }
  return said;
}
