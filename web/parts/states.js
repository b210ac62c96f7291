// What stands in a panel that has nothing to show: why, and what to do next.
import { h, icon } from './dom.js';
import { WampError } from '../client/errors.js';

export function empty(title, text, ...actions) {
  return h('div', { class: 'state' }, icon('empty'), h('h2', {}, title), h('p', {}, text), actions.length ? h('div', { class: 'actions' }, actions) : null);
}

// The rule that a role lacks, as it stands in a configuration.
export function rule(uri, action) {
  return `{ "uri": "${uri}", "allow": { "${action}": true } }`;
}

// "call", "subscribe to": what stands before a URI.
export function action_on(action) {
  return action === 'subscribe' || action === 'publish' ? `${action} to` : action;
}

// Whether it is no use to ask once more.
export function is_denied(error) {
  return error instanceof WampError && error.uri === 'wamp.error.not_authorized';
}

// To a request that failed: `uri` is what was asked for.
export function failed(app, error, uri, action = 'call') {
  const session = app.session;
  if (is_denied(error)) {
    const role = session?.details.authrole ?? '';
    return h('div', { class: 'state', 'data-kind': 'denied' }, icon('lock'), h('h2', {}, 'Your role may not see this'),
      h('p', {}, `Role “${role}” of realm “${session?.realm ?? ''}” may not ${action_on(action)} `, h('code', {}, uri), '. This rule in its permissions would let it:'),
      h('pre', { class: 'code', tabindex: '0', 'aria-label': 'The rule' }, rule(uri, action)),
      h('div', { class: 'actions' }, h('button', { type: 'button', onclick: () => app.open('connection') }, 'Log in as somebody else')));
  }
  if (error instanceof WampError && error.uri === 'wamp.error.no_such_procedure') {
    return h('div', { class: 'state', 'data-kind': 'denied' }, icon('lock'), h('h2', {}, 'This realm tells nothing about itself'),
      h('p', {}, h('code', {}, uri), ' is not there: the realm has ', h('code', {}, '"enable_meta_api": false'), '.'));
  }
  return h('div', { class: 'state', 'data-kind': 'error' }, icon('warn'), h('h2', {}, 'No answer'), h('p', {}, String(error?.message ?? error)));
}

export function waiting(text = 'Asking the router…') {
  return h('div', { class: 'state', 'data-kind': 'waiting' }, h('p', {}, text));
}
