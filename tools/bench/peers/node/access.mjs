// A LiveKit token for whoever a request names, with livekit-server-sdk.

import { randomUUID } from 'node:crypto';
import { AccessToken } from 'livekit-server-sdk';

export async function sign(body, apiKey, apiSecret) {
  const token = new AccessToken(apiKey, apiSecret, {
    identity: body.participant_identity ?? randomUUID(),
    name: body.participant_name,
    metadata: body.participant_metadata,
    attributes: body.participant_attributes,
    ttl: 600,
  });
  const room = body.room_name ?? `room-${randomUUID()}`;
  token.addGrant({ room, roomJoin: true, canPublish: true, canSubscribe: true });
  return token.toJwt();
}
