"""The documented Python integration: post a TokenResult, get connection details."""

import os
import time

import requests

base_url = os.environ.get("VOCESPACE_BASE_URL", "http://127.0.0.1:3000")

headers = {"Content-Type": "application/json"}
if api_key := os.environ.get("VOCESPACE_API_KEY"):
    headers["Authorization"] = f"Bearer {api_key}"

token_data = {
    "id": "user_12345",
    "username": "Zhang San",
    "avatar": "https://example.com/avatar.jpg",
    "space": "my-workspace",
    "identity": "participant",
    "preJoin": False,
    "iat": int(time.time()),
    "exp": int(time.time()) + 3600,
}

resp = requests.post(
    f"{base_url}/api/connection-details",
    json=token_data,
    headers=headers,
    timeout=10,
)

if resp.status_code == 200:
    print("Connection details:", resp.json())
else:
    print("Request failed:", resp.status_code)
