// An error with a WAMP URI: what a request is refused with, and what a procedure throws to answer with its own URI.
export class WampError extends Error {
  constructor(uri, args = [], kwargs = {}, details = {}) {
    super(typeof args[0] === 'string' && args[0] ? `${uri}: ${args[0]}` : uri);
    Object.assign(this, { uri, args, kwargs, details });
  }
}

// This browser, or the way to this page, cannot do what a login needs. The text says what would help.
export class LoginImpossible extends Error {}
