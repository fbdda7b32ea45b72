import { encodeIndented, type Json } from '../core/json.js';
import type { Reply } from './contract.js';

/** Media type of JSON answers; the real server names no charset. */
export const jsonType = 'application/json';
/** Media type of plain-text answers. */
export const textType = 'text/plain; charset=utf-8';

/** A go-restful JSON answer: one-space indent, no newline at the end. */
export function json(value: Json, status = 200, headers?: Reply['headers']): Reply {
  return { status, contentType: jsonType, body: encodeIndented(value, 1), ...(headers && { headers }) };
}

/** 200 without body and Content-Type, as the generic resource API answers writes. */
export function empty(): Reply {
  return { status: 200 };
}

/** `{"message": "success"}`. */
export function success(): Reply {
  return json({ message: 'success' });
}
