import { readByTool } from '../read/answered.js';
import { readBusyboxIpRule, readIpRule } from '../read/ip-rule.js';
import { readIpRuleJson } from '../read/ip-rule-json.js';
import { busyboxIp, command, iproute2, staticAsk } from './ask.js';

/** No file in /proc lists rules. */
export const rulesAsk = staticAsk('rules', [
  command('ip-json', 'ip -j -4 rule'),
  iproute2('ip -4 rule'),
  busyboxIp('ip -4 rule'),
]);

export const readRules = readByTool({ 'ip-json': readIpRuleJson, ip: readIpRule, 'busybox-ip': readBusyboxIpRule });
