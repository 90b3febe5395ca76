export * from '../facts/ip.js';
