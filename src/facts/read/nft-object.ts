// Objects of nft's JSON: nearly every statement, expression and element is one.
import type { Json } from '../netfilter.js';

export type JsonObject = { readonly [key: string]: Json };

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
