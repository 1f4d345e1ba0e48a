const axios = require('axios');

const baseUrl = process.env.VOCESPACE_BASE_URL || 'http://127.0.0.1:3000';

const headers = { 'Content-Type': 'application/json' };
if (process.env.VOCESPACE_API_KEY) {
  headers.Authorization = `Bearer ${process.env.VOCESPACE_API_KEY}`;
}

// Construct token payload
const tokenData = {
  id: 'user_12345',
  username: 'Zhang San',
  avatar: 'https://example.com/avatar.jpg',
  space: 'my-workspace',
  room: '$empty', // optional: assign an empty room automatically
  identity: 'participant',
  preJoin: false,
  iat: Math.floor(Date.now() / 1000),
  exp: Math.floor(Date.now() / 1000) + 3600 // expires in 1 hour
};

async function getConnectionDetails() {
  try {
    const res = await axios.post(
      `${baseUrl}/api/connection-details`,
      tokenData,
      { headers }
    );
    console.log('Connection details:', res.data);
    return res.data;
  } catch (err) {
    console.error('Failed to get connection details:', err.message);
  }
}

getConnectionDetails();
