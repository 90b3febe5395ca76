import { readAround } from '../read/answered.js';
import { readNstat, readProcCounters } from '../read/counters.js';
import { readProcDev } from '../read/proc-dev.js';
import { aroundAsk, command } from './ask.js';

/** nstat without -s would write its history file. */
export const countersAsk = aroundAsk('counters', [
  command('proc', 'cat /proc/net/snmp /proc/net/netstat'),
  command('nstat', 'nstat -asz'),
]);

export const readCounters = readAround({ proc: readProcCounters, nstat: readNstat });

export const linkCountersAsk = aroundAsk('link counters', [command('proc', 'cat /proc/net/dev')]);

export const readLinkCounters = readAround({ proc: readProcDev });
