// JSON that people write into a field, and what of it may be remembered.
import { h } from './dom.js';
import { json } from '../client/json.js';

const SECRETS = /pass|pwd|auth|secret|token|ticket|cred|key|otp|cookie|pin$/i;

export function json_field(label, name, value, rows = 2) {
  return h('label', {}, h('span', {}, label), h('textarea', { name, rows, class: 'json', spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off', value,
    oninput: (event) => event.target.setCustomValidity('') }));
}

// The value in a field; marks the field and throws if it is not of the kind that is wanted, "array" or "object".
export function read_json(field, kind) {
  let problem = '';
  let value;
  try {
    value = json.parse(field.value.trim() || (kind === 'array' ? '[]' : '{}'));
    if (kind === 'array' ? !Array.isArray(value) : value?.constructor !== Object) problem = `This must be a JSON ${kind}.`;
  } catch (error) {
    problem = error.message;
  }
  field.setCustomValidity(problem);
  if (!problem) return value;
  field.closest('details')?.setAttribute('open', '');
  field.reportValidity();
  throw new Error(problem);
}

// Without what stands under a name that sounds like a secret.
export function without_secrets(value) {
  if (Array.isArray(value)) return value.map(without_secrets);
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, SECRETS.test(name) ? '' : without_secrets(one)]));
}
