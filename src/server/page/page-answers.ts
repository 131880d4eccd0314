import { createHash } from 'node:crypto';
import { type HttpRequest, type HttpResponse, headerOf } from '../access/http-words.ts';

/** The page itself, as the build made it. */
export type PageFiles = {
  readonly html: string;
  readonly script: string;
  readonly style: string;
};

/** Only what this server sends runs or is shown; nothing may frame it, no form leaves it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** @returns false for a path that is no file of the page */
export function answerFile(response: HttpResponse, files: PageFiles, path: string): boolean {
  const file = fileAt(files, path);
  if (file === null) return false;
  response.setHeader('content-security-policy', POLICY);
  response.setHeader('permissions-policy', 'camera=(), microphone=(), geolocation=()');
  response.writeHead(200, { 'content-type': `${file.type}; charset=utf-8` }).end(file.text);
  return true;
}

function fileAt(files: PageFiles, path: string) {
  switch (path) {
    case '/':
      return { type: 'text/html', text: files.html };
    case '/page/page.js':
      return { type: 'text/javascript', text: files.script };
    case '/page/page.css':
      return { type: 'text/css', text: files.style };
    default:
      return null;
  }
}

/** What is as it was when the page asked last is not sent again. */
export function answerJson(
  request: HttpRequest | null,
  response: HttpResponse,
  json: string,
): void {
  const tag = `"${createHash('sha256').update(json).digest('base64url').slice(0, 22)}"`;
  response.setHeader('etag', tag);
  if (request !== null && headerOf(request, 'if-none-match') === tag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(json);
}

export function answerNothing(response: HttpResponse, cookie: string): void {
  response.writeHead(204, { 'set-cookie': cookie }).end();
}

/** Anything but what was asked for, in words. */
export function say(response: HttpResponse, status: number, because: string): void {
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      ...(status === 403 || status === 413 ? { connection: 'close' } : {}),
    })
    .end(JSON.stringify({ because }));
}
