// LiveKit's token endpoint as a handler, with livekit-server-sdk.

import { sign } from './access.mjs';
import { answer, isAuthorized, livekit } from './caller.mjs';

export async function token(event) {
  if (!(await isAuthorized(event))) return answer(401, { error: 'unauthorized' });
  const { url, apiKey, apiSecret } = await livekit();
  return answer(201, { server_url: url, participant_token: await sign(JSON.parse(event.body), apiKey, apiSecret) });
}
