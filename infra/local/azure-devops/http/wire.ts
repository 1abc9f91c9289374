import type { LoopbackAnswer } from '../../loopback/loopback-server.ts';
import { errorDocument } from '../state/refusal.ts';
import type { ApiReply } from './route.ts';

const JSON_TYPE = 'application/json; charset=utf-8; api-version=7.2';

export function jsonAnswer(reply: ApiReply): LoopbackAnswer {
  const { status, body, headers = {} } = reply;
  if (body === undefined) return { status, headers, text: '' };
  return { status, headers: { 'content-type': JSON_TYPE, ...headers }, text: JSON.stringify(body) };
}

export function errorAnswer(
  status: number,
  typeKey: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): LoopbackAnswer {
  return jsonAnswer({ status, body: errorDocument(typeKey, message), headers });
}

export function htmlAnswer(status: number, title: string): LoopbackAnswer {
  const text = `<!DOCTYPE html>\r\n<html lang="en-US"><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, text };
}

/** What an expired token gets on GET and POST (azure-devops-auth-samples issue 52). */
export const signInPage = htmlAnswer(203, 'Azure DevOps Services | Sign In');
