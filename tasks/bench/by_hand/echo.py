"""Challenge 1 as one writes it for Python by hand: sys.stdin, json, and no checks at all."""
import json
import sys

for line in sys.stdin:
    message = json.loads(line)
    body = message["body"]
    msg_id = body.pop("msg_id")
    reply = {**body, "type": body["type"] + "_ok", "in_reply_to": msg_id}
    print(json.dumps({"src": message["dest"], "dest": message["src"], "body": reply}), flush=True)
