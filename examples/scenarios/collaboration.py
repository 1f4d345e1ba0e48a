"""Scenario 2 of the documentation: a colleague may enter for 24 hours, through a page that checks her devices."""

import json
import os
import time

import requests

base_url = os.environ.get("VOCESPACE_BASE_URL", "http://127.0.0.1:3000")

headers = {}
if api_key := os.environ.get("VOCESPACE_API_KEY"):
    headers["Authorization"] = f"Bearer {api_key}"

now = int(time.time())

collaborator_token = {
    "id": "user_jane",
    "username": "Jane Doe",
    "avatar": "https://example.com/jane.jpg",
    "space": "project-alpha",
    "identity": "participant",
    "preJoin": True,  # show pre-join page to check devices
    "iat": now,
    "exp": now + 86400,  # 24 hours
}

resp = requests.post(f"{base_url}/api/connection-details", json=collaborator_token, headers=headers, timeout=10)
resp.raise_for_status()
print(json.dumps(resp.json(), indent=2))
