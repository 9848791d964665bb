# Clients that write their whole request before they read: Python's own. Each prints what it got.
import http.client
import json
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

kind, url, size, headers = sys.argv[1], sys.argv[2], int(sys.argv[3]), json.loads(sys.argv[4])
body = b"x" * size

if kind == "urllib":
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(urllib.request.Request(url, data=body, headers=headers))
    except urllib.error.HTTPError as answer:
        print(json.dumps([answer.status, json.load(answer)]))
else:
    # The second request is on the same connection, or fails.
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port)
    sent = iter([body[:size // 2], body[size // 2:]]) if kind == "chunked" else body
    connection.request("POST", parts.path, body=sent, headers=headers)
    answer = connection.getresponse()
    status, said = answer.status, json.load(answer)
    connection.auto_open = False
    connection.request("GET", "/api/v1/ready")
    print(json.dumps([status, said, connection.getresponse().status]))
