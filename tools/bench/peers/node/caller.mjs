// What a first request waits for: the caller's key and platform from the table, and keys from Secrets Manager, each by a
// client of AWS's SDK, and remembered.

import { createHash, timingSafeEqual } from 'node:crypto';
import { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

const { LIVEKIT_SECRET_ID, PLATFORM, SIGNING_SECRET_ID, TABLE_NAME } = process.env;
const dynamodb = new DynamoDBClient({});
const secretsManager = new SecretsManagerClient({});
const remembered = new Map();

function once(name, read) {
  if (!remembered.has(name)) remembered.set(name, read());
  return remembered.get(name);
}

async function readPlatform(keyId) {
  const Keys = [
    { pk: { S: `KEY#${keyId}` }, sk: { S: 'KEY' } },
    { pk: { S: `PLATFORM#${PLATFORM}` }, sk: { S: 'PLATFORM' } },
  ];
  const { Responses } = await dynamodb.send(new BatchGetItemCommand({ RequestItems: { [TABLE_NAME]: { Keys } } }));
  const items = Object.fromEntries(Responses[TABLE_NAME].map((item) => [item.sk.S, item]));
  if (!items.PLATFORM) throw new Error('unknown platform');
  return items.KEY?.secretSha256.S ?? '';
}

async function readSecret(SecretId) {
  const { SecretString } = await secretsManager.send(new GetSecretValueCommand({ SecretId }));
  return JSON.parse(SecretString);
}

export const platform = (keyId = 'none') => once(keyId, () => readPlatform(keyId));

export async function signingKey() {
  const { keys, signingKid } = await once(SIGNING_SECRET_ID, () => readSecret(SIGNING_SECRET_ID));
  return { kid: signingKid, secret: keys.find((key) => key.kid === signingKid).secret };
}

export const livekit = () => once(LIVEKIT_SECRET_ID, () => readSecret(LIVEKIT_SECRET_ID));

export async function isAuthorized(event) {
  const [keyId, secret = ''] = (event.headers.authorization ?? '').replace(/^Bearer vsk_/, '').split('_');
  const stored = Buffer.from(await platform(keyId), 'hex');
  const given = createHash('sha256').update(secret).digest();
  return stored.length === given.length && timingSafeEqual(stored, given);
}

export function answer(statusCode, body) {
  return { statusCode, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}
