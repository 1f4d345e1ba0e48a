"""Scenario 1 of the documentation: an assistant works an 8-hour shift, a customer joins a service room for an hour."""

import json
import os
import time

import requests

base_url = os.environ.get("VOCESPACE_BASE_URL", "http://127.0.0.1:3000")

headers = {}
if api_key := os.environ.get("VOCESPACE_API_KEY"):
    headers["Authorization"] = f"Bearer {api_key}"

now = int(time.time())

assistant_token = {
    "id": "assistant_001",
    "username": "Support Wang",
    "space": "customer-service",
    "identity": "assistant",
    "preJoin": False,
    "iat": now,
    "exp": now + 28800,  # 8 hours
}

customer_token = {
    "id": "customer_12345",
    "username": "User12345",
    "space": "customer-service",
    "room": "room_urgent_001",  # join a specific service room
    "identity": "customer",
    "preJoin": False,
    "iat": now,
    "exp": now + 3600,
}

for person in (assistant_token, customer_token):
    resp = requests.post(
        f"{base_url}/api/connection-details",
        params={"auth": "c_s"},  # customer support
        json=person,
        headers=headers,
        timeout=10,
    )
    resp.raise_for_status()
    print(json.dumps(resp.json(), indent=2))
