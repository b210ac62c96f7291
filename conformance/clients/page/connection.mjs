// Joining, logging in, leaving, and what happens when the router goes.
import { watch } from './by_hand.mjs';
import { connected, expect, log_in, logged, open, submit, to_connection, until } from './hands.mjs';

export async function an_unknown_realm_is_told(page) {
  await connected(page);
  await log_in(page, { realm: 'nowhere', method: 'anonymous' });
  await page.getByRole('alert').filter({ hasText: 'wamp.error.no_such_realm' }).waitFor();
  await page.locator('#state[data-state=disconnected]').waitFor();
}

export async function where_there_is_no_websocket(page) {
  await page.getByRole('alert').filter({ hasText: 'This address serves no WebSocket with JSON' }).waitFor();
  await page.locator('#state[data-state=disconnected]').waitFor();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
}

export async function leaving(page) {
  await connected(page);
  await to_connection(page);
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.locator('#state[data-state=disconnected]').waitFor();
  await log_in(page, { method: 'anonymous' });
  await connected(page);
}

// The newest of several joins counts, and none leaves a session behind.
export async function three_clicks_join_once(page) {
  await connected(page);
  await to_connection(page);
  const sockets = [];
  page.on('websocket', (socket) => sockets.push(socket));
  await page.evaluate(() => { for (let i = 0; i < 3; ++i) document.querySelector('#login').requestSubmit(); });
  await page.locator('#panel-overview').waitFor();
  await connected(page);
  expect(sockets.length, 1, 'connections');
  await to_connection(page);
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.locator('#state[data-state=disconnected]').waitFor();
  await until(page, () => sockets.every((socket) => socket.isClosed()), 'all are closed');
}

// As over a connection that is half open: what the page sends is taken, and nothing comes back.
export async function a_router_that_goes_silent(page, { url }) {
  let is_silent = false;
  await page.routeWebSocket(/\/ws$/, (socket) => {
    socket.onClose(() => {});
    if (is_silent) return;
    socket.connectToServer().onMessage((message) => { if (!is_silent) socket.send(message); });
  });
  await page.clock.install();
  await page.goto(url);
  await connected(page);
  await page.locator('.tile').first().waitFor();
  is_silent = true;
  for (const ms of [2500, 10500, 2500]) await page.clock.fastForward(ms); // it asks, gives up, and waits for the end no longer
  await page.locator('#notice').filter({ hasText: 'does not answer' }).waitFor();
  is_silent = false;
  await page.reload();
  await connected(page);
  is_silent = true;
  await to_connection(page);
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.clock.fastForward(2500);
  await page.locator('#state[data-state=disconnected]').waitFor();
}

// What was registered and watched by hand is not made anew in somebody else's name, and no line of numbers goes on. `secret`: of joe, a guest,
// and of ann, who may see all.
export async function another_login_begins_anew(page, { url, secret }) {
  await page.clock.install();
  await page.goto(url);
  await connected(page);
  const line = page.locator('.tile .line').first();
  await page.locator('.tile').first().waitFor();
  await until(page, async () => {
    await page.clock.fastForward(2500);
    return await line.getAttribute('d') !== '';
  }, 'a line of the last minutes');
  await submit(page, 'subscribe', { uri: 'com.example.page.mine' });
  await logged(page, 'subscribed', 'com.example.page.mine');
  const panel = await watch(page, 'com.example.page.mine');
  await log_in(page, { method: 'ticket', authid: 'joe', secret });
  await page.locator('#whose').filter({ hasText: 'guest' }).waitFor();
  await open(page, 'watch');
  await panel.getByText('Nothing is watched').waitFor();
  await open(page, 'try');
  await logged(page, 'unsubscribed', 'com.example.page.mine, with the login before');
  expect(await page.locator('.active li').count(), 0, 'active ones');
  expect(await page.locator('#log [data-kind=subscribed]').count(), 1, 'subscribed');
  await log_in(page, { method: 'ticket', authid: 'ann', secret });
  await page.locator('#whose').filter({ hasText: 'operator' }).waitFor();
  await open(page, 'overview');
  await page.locator('.tile').first().waitFor();
  expect(await line.getAttribute('d'), '', 'the line of the last minutes');
}

export async function a_lost_connection_comes_back(page, { url }) {
  let cut;
  await page.routeWebSocket(/\/ws$/, (socket) => {
    socket.connectToServer();
    cut = () => socket.close({ code: 4000, reason: 'cut' });
  });
  await page.goto(url);
  await connected(page);
  await submit(page, 'subscribe', { uri: 'com.example.page.again' });
  await logged(page, 'subscribed', 'com.example.page.again');
  await page.getByRole('button', { name: 'Clear' }).click();
  await cut();
  await logged(page, 'left', 'wamp.close.transport_lost');
  await logged(page, 'subscribed', 'com.example.page.again');
  await submit(page, 'publish', { uri: 'com.example.page.again', args: '["after"]' });
  await logged(page, 'event', 'args ["after"]');
}

// With the router that runs behind it: is stopped after the first, and started anew after the second.
export async function while_the_router_is_there(page) {
  await connected(page);
  await open(page, 'overview');
  await page.locator('.tile').filter({ hasText: 'Sessions' }).locator('.value').filter({ hasText: /^[1-9]/ }).waitFor();
}

export async function while_the_router_is_gone(page) {
  await page.locator('#state[data-state=connecting]').waitFor();
  await page.locator('#notice').filter({ hasText: 'Trying again' }).waitFor();
  await page.locator('.tile').first().waitFor(); // what was there is still shown
}

export async function when_the_router_is_back(page) {
  if (await page.getByRole('button', { name: 'Try now' }).isVisible()) await page.getByRole('button', { name: 'Try now' }).click();
  await connected(page);
  await page.locator('#notice').waitFor({ state: 'hidden' });
  await open(page, 'sessions');
  await page.locator('#panel-sessions tbody button.cell').first().waitFor();
}

// ---- logins: `method`, `authid`, `secret`, and `role`, or what is told instead of it (`told`)

export async function logging_in(page, { method, authid, secret, role, told }) {
  await page.locator('#login').waitFor();
  await log_in(page, { method, authid, secret });
  if (told) {
    await page.getByRole('alert').filter({ hasText: told }).waitFor();
    await page.locator('#state[data-state=disconnected]').waitFor();
  } else {
    await connected(page);
    await page.locator('#whose').filter({ hasText: `${role} @ realm1` }).waitFor();
  }
  expect(await page.evaluate((text) => JSON.stringify({ ...localStorage, ...sessionStorage }).includes(text), secret), false, 'the secret is kept');
}

// Where anonymous is one of several.
export async function anonymous_first_and_a_login_then(page, { authid, secret, role }) {
  await connected(page);
  await log_in(page, { method: 'ticket', authid, secret });
  await page.locator('#whose').filter({ hasText: `${role} @ realm1` }).waitFor();
  await page.reload();
  await page.locator('#login').waitFor();
  expect(await page.locator('#login [name=authid]').inputValue(), authid, 'the name is remembered');
  expect(await page.locator('#login [name=secret]').inputValue(), '', 'the secret is not');
}
