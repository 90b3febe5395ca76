// Port names of egress rules as Cilium takes them until 1.18 (v1.16.5, pkg/endpoint/policy.go and pkg/types/portmap.go): looked
// up among all pods of the cluster at once, for every destination alike. A name that stands for two numbers allows nothing.
import { no, unknown, YES, type Match } from './match.js';
import { hasAddress, numbersOf, type Port } from './port-names.js';
import { endText, type Traffic } from './traffic.js';

export function ciliumName(port: Port, traffic: Traffic): Match {
  const { siblings = [], siblingsAreAll = false, dest, dialect } = traffic;
  const said = `"${port.port}"`;
  if (dialect.portNames === 'unknown')
    return unknown(
      `until 1.18 Cilium looks port ${said} up in all pods of the cluster, from 1.20 on in those that the rule means; which way this one does it is not known`,
    );
  const found = [...new Set(siblings.filter(hasAddress).flatMap((pod) => numbersOf(pod, port)))];
  const [number, another] = found.toSorted((a, b) => a - b);
  if (another !== undefined)
    return no(
      0.25,
      () => `port ${said} is ${number} in one pod and ${another} in another, and ${dialect.name} then allows neither`,
    );
  if (number !== undefined && number !== traffic.port)
    return no(0.25, () => `port ${said} is ${number}/${port.protocol.toLowerCase()}, not ${traffic.port}`);
  if (!siblingsAreAll)
    return unknown(
      `${dialect.name} looks port ${said} up in the pods of every namespace, of which only those of the two ends were read`,
    );
  if (number === undefined) return no(0, () => `no pod has a port named ${said}`);
  const isOwn = dest.kind === 'pod' && numbersOf(dest.pod, port).includes(number);
  return isOwn
    ? YES
    : { ...YES, note: `where ${dialect.name} takes ${said} for ${number} towards ${endText(dest)} too` };
}
