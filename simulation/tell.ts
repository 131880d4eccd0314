import type { Observation } from './observation.ts';

const LONGEST_LINE = 300;

/** Each observation as a line for people, without the market's own noise. */
export function tellTo(write: (line: string) => void): (observation: Observation) => void {
  return (observation) => {
    const words = wordsOf(observation);
    if (words === null) return;
    const at = new Date(observation.at).toISOString().slice(11, 23);
    write(`${at} ${observation.kind} ${words}`.slice(0, LONGEST_LINE));
  };
}

function wordsOf(observation: Observation): string | null {
  switch (observation.kind) {
    case 'request_sent':
    case 'request_carried_out':
    case 'answer_arrived': {
      const { life, method, path, body } = observation.request;
      const status = 'status' in observation ? ` ${observation.status}` : '';
      const said = observation.kind === 'answer_arrived' ? observation.body : body;
      return `life ${life}${status} ${method} ${path.slice(0, 60)} ${said}`;
    }
    case 'exchange_event': {
      const { event } = observation;
      if (event.kind !== 'trade_update') return null;
      const { symbol, side, type, status, id, clientOrderId } = event.order;
      return `${event.event} ${symbol} ${side} ${type} is ${status} ${id} ${clientOrderId}`;
    }
    case 'record_written': {
      const { type, symbol, seq, body } = observation.record;
      return `life ${observation.life} #${seq} ${type} ${symbol ?? ''} ${JSON.stringify(body)}`;
    }
    case 'frame_arrived':
    case 'timer_ran':
      return null;
    case 'started':
      return `life ${observation.life}`;
    case 'died':
      return `life ${observation.life} at ${observation.point}`;
    case 'tool_answered':
      return `${observation.tool} ${observation.text}`;
    case 'stranger_acted':
      return observation.what;
    case 'halt_latched':
      return observation.level;
    case 'fault_fired':
      return observation.fault;
    case 'halt_lifted':
    case 'faults_stopped':
      return '';
  }
}
