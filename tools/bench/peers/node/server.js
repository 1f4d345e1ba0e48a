// LiveKit's token endpoint as its documentation has it, with livekit-server-sdk and node:http: one API key, and whatever the
// body asks for. Prints its port once it listens; GET /cpu says how many seconds of CPU it has used.

import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { sign } from './access.mjs';

const { API_KEY, LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET } = process.env;
const AUTHORIZATION = Buffer.from(`Bearer ${API_KEY}`);

function isAuthorized(request) {
  const given = Buffer.from(request.headers.authorization ?? '');
  return given.length === AUTHORIZATION.length && timingSafeEqual(given, AUTHORIZATION);
}

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

function answer(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const server = createServer(async (request, response) => {
  if (request.url === '/cpu') return answer(response, 200, cpuSeconds());
  if (!isAuthorized(request)) return answer(response, 401, { error: 'unauthorized' });
  try {
    const participantToken = await sign(await readBody(request), LIVEKIT_API_KEY, LIVEKIT_API_SECRET);
    return answer(response, 201, { server_url: LIVEKIT_URL, participant_token: participantToken });
  } catch {
    return answer(response, 400, { error: 'invalid' });
  }
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
