#!/usr/bin/env python3
"""A node for Maelstrom: reads messages from standard input and answers on standard output."""

import json
import sys

node_id = ""


def reply(request, **body):
    body["in_reply_to"] = request["body"]["msg_id"]
    message = {"src": node_id, "dest": request["src"], "body": body}
    print(json.dumps(message), flush=True)  # without flush, Python keeps what goes to a pipe


def on_init(request):
    global node_id
    node_id = request["body"]["node_id"]
    reply(request, type="init_ok")


def on_echo(request):
    reply(request, type="echo_ok", echo=request["body"]["echo"])


def on_unknown(request):
    reply(request, type="error", code=10, text="not supported: " + request["body"]["type"])


HANDLERS = {"init": on_init, "echo": on_echo}

for line in sys.stdin:
    request = json.loads(line)
    HANDLERS.get(request["body"]["type"], on_unknown)(request)
