"""A client's own process: `main.py <urllib|requests>` makes a call for each line of JSON on standard input, and
reports on the fourth pipe. No connection and no session outlives a call."""

import errno
import json
import os
import socket
import ssl
import sys
import time


def name_of(error):
    cls = type(error)
    return cls.__name__


def code_of(error):
    if isinstance(error, ssl.SSLError):
        return error.reason  # Its errno is a number of OpenSSL's, not of the operating system.
    if isinstance(error, socket.gaierror):
        names = {getattr(socket, n): n for n in dir(socket) if n.startswith("EAI_")}
        return names.get(error.errno)
    if isinstance(error, OSError) and error.errno is not None:
        return errno.errorcode.get(error.errno)
    return None


def chain(error):
    """Outermost first: what it was raised from, and what libraries keep in `reason` or their arguments."""
    links, todo, seen = [], [error], set()
    while todo and len(links) < 16:
        one = todo.pop(0)
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        link = {"name": name_of(one), "message": str(one)}
        code = code_of(one)
        if code is not None:
            link["code"] = code
        links.append(link)
        todo += [getattr(one, "reason", None), one.__cause__, *one.args, one.__context__]
    return links


def program(library):
    """Which one this is: of a library its own version."""
    version = sys.modules["requests"].__version__ if library == "requests" else sys.version.split()[0]
    return {"version": version, "path": sys.executable}


def joined(headers):
    """Names in lower case, several of one name joined."""
    all_of = {}
    for name, value in headers.items():
        all_of.setdefault(name.lower(), []).append(str(value))
    return {name: ", ".join(values) for name, values in all_of.items()}


def connect_seconds(call):
    return call.get("connectTimeoutMs", call["timeoutMs"]) / 1000


def with_urllib(call):
    import urllib.error
    import urllib.request

    body = None if "body" not in call else json.dumps(call["body"]).encode()
    headers = dict(call["headers"], **({} if body is None else {"content-type": "application/json"}))
    request = urllib.request.Request(call["url"], data=body, headers=headers, method=call["method"])
    context = None
    if "revocationListFile" in call or "clientCertificate" in call:
        context = ssl.create_default_context()
    if "clientCertificate" in call:
        context.load_cert_chain(call["clientCertificate"]["certFile"], call["clientCertificate"]["keyFile"])
    if "revocationListFile" in call:
        context.load_verify_locations(call["revocationListFile"])
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    try:
        # It knows one limit, of each wait: the connect limit where there is one.
        timeout = connect_seconds(call)
        with urllib.request.urlopen(request, timeout=timeout, context=context) as response:
            return response.status, joined(response.headers), response.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, joined(error.headers), error.read().decode("utf-8", "replace")


def with_requests(call):
    import requests

    body = {} if "body" not in call else {"json": call["body"]}
    own = call.get("clientCertificate")
    cert = None if own is None else (own["certFile"], own["keyFile"])
    # Its read limit is of each wait, for the head and for every piece of the body alike.
    timeout = (connect_seconds(call), call["timeoutMs"] / 1000)
    response = requests.request(
        call["method"], call["url"], headers=call["headers"], timeout=timeout, cert=cert, **body
    )
    return response.status_code, joined(response.headers), response.text


def load(library):
    """Now, so that its import is not part of a call."""
    if library == "requests":
        import requests  # noqa: F401

        return with_requests
    import urllib.request  # noqa: F401

    return with_urllib


reports = os.fdopen(3, "w", buffering=1)
words = None


def report(kind, **line):
    reports.write(json.dumps({"kind": kind, **line}) + "\n")


def now_ms():
    return time.monotonic() * 1000  # The clock of every other process on the machine.


def observe(what, detail=None):
    seen = {"machine": "client", "what": what, **({} if detail is None else {"detail": detail})}
    report("observation", atMs=now_ms(), observation=seen)


def audit(event, _):
    """A client that looks a name up has a request to make; one that gave up before had none."""
    global words
    if event == "socket.getaddrinfo" and words is not None:
        observe("request", words)
        words = None


def run(make, call):
    global words
    words = call["words"]
    if call.get("misuse") == "circular-body":
        call["body"] = dict(call.get("body") or {})
        call["body"]["self"] = call["body"]
    started_ms = now_ms()
    try:
        status, headers, text = make(call)
    except Exception as error:  # whatever it is, it is what the client saw
        took_ms, errors = now_ms() - started_ms, chain(error)
        observe("failed", next((link["code"] for link in errors if "code" in link), errors[0]["name"]))
        return {"kind": "error", "tookMs": took_ms, "errors": errors}
    took_ms = now_ms() - started_ms
    observe("body")
    received = {"status": status, "headers": headers, "bodyText": text[:65_536]}
    return {"kind": "response", "tookMs": took_ms, "errors": [], **received}


make = load(sys.argv[1])
sys.addaudithook(audit)
report("ready", program=program(sys.argv[1]))
for line in sys.stdin:
    report("symptom", symptom=run(make, json.loads(line)))
