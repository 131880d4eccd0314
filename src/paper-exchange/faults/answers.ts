import { draw } from '../core/basics/duration.ts';
import type { Milliseconds } from '../core/basics/types.ts';
import { type Json, parsed } from '../protocol/json.ts';
import type { Outcome } from '../protocol/outcome.ts';
import type { RestRequest, RestResponse } from '../protocol/request.ts';
import { type Display, isObject } from './display.ts';
import type { DisplayEffect, RequestEffect } from './effects.ts';
import type { Firing } from './fault-book.ts';

export type RequestFiring = Firing<RequestEffect | DisplayEffect>;

/** What becomes of one request under the faults that it meets. */
export type Course = {
  /** How much later it arrives. */
  readonly requestDelayMs: Milliseconds;
  /** Whether the exchange ever sees it. */
  readonly isApplied: boolean;
  readonly replyDelayMs: Milliseconds;
};

const JSON_HEADERS = { 'content-type': 'application/json; charset=UTF-8' };
const HTML_HEADERS = { 'content-type': 'text/html' };
const NOTHING: RestResponse = { status: 200, headers: {}, body: '' };

export function courseOf(firings: readonly RequestFiring[]): Course {
  const delays = firings.flatMap(({ effect, draws }) =>
    effect.kind === 'delay' ? [{ of: effect.of, ms: draw(effect.ms, draws) }] : [],
  );
  const sum = (of: 'request' | 'reply') =>
    delays.reduce((total, delay) => total + (delay.of === of ? delay.ms : 0), 0);
  return {
    requestDelayMs: sum('request'),
    isApplied: firings.every(({ effect }) => isApplied(effect)),
    replyDelayMs: sum('reply'),
  };
}

function isApplied(effect: RequestEffect | DisplayEffect): boolean {
  switch (effect.kind) {
    case 'drop_before':
    case 'redirect':
      return false;
    case 'reset':
    case 'hang':
    case 'answer':
      return effect.applied;
    case 'delay':
    case 'apply_then_drop_reply':
    case 'truncate':
    case 'empty_200':
    case 'fields':
    case 'shorten':
    case 'positions_lag':
    case 'prices':
    case 'bars':
      return true;
  }
}

/** Turns true answers into what the faults make of them. */
export class FaultyAnswers {
  readonly #display: Display;
  readonly #pastPositions: (request: RestRequest, agoMs: Milliseconds) => Json;

  constructor(
    display: Display,
    pastPositions: (request: RestRequest, agoMs: Milliseconds) => Json,
  ) {
    this.#display = display;
    this.#pastPositions = pastPositions;
  }

  /** Null when the client never hears of it. `response` is null when nothing was done. */
  outcomeOf(
    request: RestRequest,
    response: RestResponse | null,
    firings: readonly RequestFiring[],
  ): Outcome | null {
    let outcome: Outcome | null = { kind: 'answered', response: response ?? NOTHING };
    for (const firing of firings) {
      if (outcome?.kind === 'answered') outcome = this.#after(request, outcome.response, firing);
    }
    return outcome;
  }

  #after(request: RestRequest, response: RestResponse, firing: RequestFiring): Outcome | null {
    const { effect } = firing;
    const answered = (answer: RestResponse): Outcome => ({ kind: 'answered', response: answer });
    switch (effect.kind) {
      case 'delay':
        return answered(response);
      case 'drop_before':
      case 'apply_then_drop_reply':
        return { kind: 'closed' };
      case 'reset':
        return { kind: 'reset' };
      case 'hang':
        return null;
      case 'truncate': {
        const bytes = Math.floor((Buffer.byteLength(response.body) * effect.percent) / 100);
        return { kind: 'cut', response, bytes };
      }
      case 'empty_200':
        return answered({ ...NOTHING, headers: JSON_HEADERS });
      case 'answer':
        return answered(answerOf(effect));
      case 'redirect':
        return answered({ status: 302, headers: { location: effect.location }, body: '' });
      case 'fields':
        return answered(changed(response, (body) => withFields(body, effect)));
      case 'shorten':
        return answered(changed(response, (body) => shortened(body, effect.count)));
      case 'positions_lag':
        return answered(this.#lagging(request, response, effect.ms));
      case 'prices':
      case 'bars':
        return answered(
          changed(response, (body) => this.#display.answer(body, { ...firing, effect })),
        );
    }
  }

  #lagging(request: RestRequest, response: RestResponse, agoMs: Milliseconds): RestResponse {
    const past = this.#pastPositions(request, agoMs);
    if (past !== null) {
      return { status: 200, headers: JSON_HEADERS, body: JSON.stringify(past) };
    }
    if (response.status !== 200) return response;
    const body = JSON.stringify({ code: 40410000, message: 'position does not exist' });
    return { status: 404, headers: JSON_HEADERS, body };
  }
}

function answerOf(effect: Extract<RequestEffect, { kind: 'answer' }>): RestResponse {
  const { status, html, headers } = effect;
  if (html !== undefined) return { status, headers: { ...HTML_HEADERS, ...headers }, body: html };
  const body = effect.body === undefined ? '' : JSON.stringify(effect.body);
  return { status, headers: { ...JSON_HEADERS, ...headers }, body };
}

/** Only a good answer in JSON can be changed. */
function changed(response: RestResponse, change: (body: Json) => Json): RestResponse {
  const body = response.status < 300 ? parsed(response.body) : undefined;
  return body === undefined ? response : { ...response, body: JSON.stringify(change(body)) };
}

function withFields(body: Json, effect: Extract<RequestEffect, { kind: 'fields' }>): Json {
  if (Array.isArray(body)) return body.map((item: Json) => withFields(item, effect));
  if (!isObject(body)) return body;
  const kept = Object.entries(body).filter(([key]) => !effect.remove.includes(key));
  return { ...Object.fromEntries(kept), ...effect.set };
}

const shortened = (body: Json, count: number): Json =>
  Array.isArray(body) ? body.slice(0, count) : body;
