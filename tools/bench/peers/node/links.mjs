// Links as a short, sound handler makes and redeems them, with jsonwebtoken.

import jwt from 'jsonwebtoken';
import { answer, isAuthorized, livekit, platform, signingKey } from './caller.mjs';

const { BASE_URL, WEB_CLIENT } = process.env;

const isText = (value) => typeof value === 'string' && value.length > 0 && value.length <= 128;
const isPerson = ({ id, username, space }) => [id, username, space].every(isText);

export async function issue(event) {
  if (!(await isAuthorized(event))) return answer(401, { error: 'unauthorized' });
  const { auth = 'demo', ttlSeconds = 3600, ...person } = JSON.parse(event.body);
  if (!isPerson(person)) return answer(400, { error: 'invalid' });
  const { kid, secret } = await signingKey();
  const token = jwt.sign(person, secret, { algorithm: 'HS256', keyid: kid, expiresIn: ttlSeconds });
  const redirectUrl = `${BASE_URL}/api/connection-details?${new URLSearchParams({ auth, token })}`;
  return answer(201, { redirectUrl, token });
}

export async function redeem(event) {
  await platform();
  const { auth, token } = event.queryStringParameters;
  const { secret } = await signingKey();
  let person;
  try {
    person = jwt.verify(token, secret, { algorithms: ['HS256'] });
  } catch {
    return answer(401, { error: 'unauthorized' });
  }
  if (!isPerson(person)) return answer(401, { error: 'unauthorized' });
  const key = await livekit();
  const details = {
    serverUrl: key.url,
    roomName: person.space,
    participantName: person.username,
    participantToken: participantToken(person, key),
  };
  const query = new URLSearchParams({ auth, details: JSON.stringify(details), data: JSON.stringify(person) });
  return { statusCode: 302, headers: { Location: `${WEB_CLIENT}/${encodeURIComponent(person.space)}?${query}` } };
}

function participantToken({ id, username, identity, space }, { apiKey, apiSecret }) {
  const video = { room: space, roomJoin: true, canPublish: true, canSubscribe: true };
  const claims = { name: username, attributes: { identity }, video };
  return jwt.sign(claims, apiSecret, { issuer: apiKey, subject: id, notBefore: 0, expiresIn: 600 });
}
