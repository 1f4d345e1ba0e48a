# What booking systems send when something happens to a booking. To be sourced after .local/demo.env, by any POSIX shell.

# The time of make run, which vocespace local advance moves.
now() { echo $(($(date +%s) + $(cat "$LOCAL_CLOCK_FILE"))); }

# moment SECONDS: so many from now, in RFC 3339.
moment() {
  python3 -c 'import datetime as d, sys; print(d.datetime.fromtimestamp(int(sys.argv[1]), d.timezone.utc).isoformat())' \
    $(($(now) + $1))
}

# standard TYPE BOOKING SECONDS: a booking of half an hour that begins in so many seconds, signed by Standard Webhooks.
standard() {
  body=$(cat <<JSON
{"type": "$1", "timestamp": "$(moment 0)",
 "data": {"booking_id": "$2", "title": "Product tour", "starts_at": "$(moment "$3")", "ends_at": "$(moment $(($3 + 1800)))",
  "organizer": {"name": "Ada Host", "email": "ada@example.com", "tz": "Europe/Berlin"},
  "attendees": [{"name": "Zhang San", "email": "zhang@example.com", "tz": "Asia/Shanghai", "locale": "en"}]}}
JSON
  )
  id=msg_$(openssl rand -hex 12)
  timestamp=$(now)
  signature=$(printf '%s.%s.%s' "$id" "$timestamp" "$body" | SECRET="${DEMO_SOURCE_SECRET#whsec_}" python3 -c '
import base64, hmac, os, sys
key = base64.b64decode(os.environ["SECRET"])
print(base64.b64encode(hmac.digest(key, sys.stdin.buffer.read(), "sha256")).decode())')
  curl -s -o /dev/null -w '%{http_code}\n' "$BASE_URL/hooks/bookings/demo" -H 'Content-Type: application/json' \
    -H "webhook-id: $id" -H "webhook-timestamp: $timestamp" -H "webhook-signature: v1,$signature" --data-binary "$body"
}

# cal TRIGGER UID SECONDS [FORMER]: the same from Cal.com, which names a booking anew when it moves.
cal() {
  body=$(cat <<JSON
{"triggerEvent": "$1", "createdAt": "$(moment 0)",
 "payload": {"uid": "$2", ${4:+"\"rescheduleUid\": \"$4\","} "type": "30min", "title": "Intro", "startTime": "$(moment "$3")",
  "endTime": "$(moment $(($3 + 1800)))", "iCalUID": "${4:-$2}@Cal.com",
  "organizer": {"id": 5, "name": "Ada Host", "email": "ada@example.com", "timeZone": "Europe/Berlin"},
  "attendees": [{"name": "Li Si", "email": "li@example.com", "timeZone": "Asia/Shanghai", "language": {"locale": "zh-CN"}}]}}
JSON
  )
  signature=$(printf '%s' "$body" | SECRET="$CAL_SOURCE_SECRET" python3 -c '
import hmac, os, sys
print(hmac.new(os.environ["SECRET"].encode(), sys.stdin.buffer.read(), "sha256").hexdigest())')
  curl -s -o /dev/null -w '%{http_code}\n' "$BASE_URL/hooks/bookings/cal" -H 'Content-Type: application/json' \
    -H "x-cal-signature-256: $signature" --data-binary "$body"
}
