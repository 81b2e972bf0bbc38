"""A small OpenID Connect provider for tests: it signs in whoever comes, as it is told to."""

import base64
import hashlib
import http.server
import json
import secrets
import threading
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, length):
    return encoded(value.to_bytes(length, "big"))


class Signer:
    """A key pair, RSA or elliptic, under an id."""

    def __init__(self, kind, ident):
        self.kind, self.ident = kind, ident
        self.private = (rsa.generate_private_key(public_exponent=65537, key_size=2048) if kind == "RS256"
                        else ec.generate_private_key(ec.SECP256R1()))

    def jwk(self):
        numbers = self.private.public_key().public_numbers()
        common = {"kid": self.ident, "use": "sig", "alg": self.kind}
        if self.kind == "RS256":
            return common | {"kty": "RSA", "n": number(numbers.n, 256), "e": number(numbers.e, 3)}
        return common | {"kty": "EC", "crv": "P-256", "x": number(numbers.x, 32), "y": number(numbers.y, 32)}

    def sign(self, claims):
        head = encoded(json.dumps({"alg": self.kind, "kid": self.ident, "typ": "JWT"}).encode())
        text = f"{head}.{encoded(json.dumps(claims).encode())}".encode()
        if self.kind == "RS256":
            mark = self.private.sign(text, padding.PKCS1v15(), hashes.SHA256())
        else:
            r, s = decode_dss_signature(self.private.sign(text, ec.ECDSA(hashes.SHA256())))
            mark = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return f"{text.decode()}.{encoded(mark)}"


class IdentityProvider:
    """Serves until it is closed. `clients` maps client ids to secrets (none = public client)."""

    def __init__(self, clients):
        self.clients = clients
        self.signers = {"RS256": Signer("RS256", "rsa"), "ES256": Signer("ES256", "ec")}
        self.codes = {}
        self.used = []
        # How the next exchange goes: claims to change (None removes one), the signer, or a whole answer.
        self.claims, self.signer, self.answer = {}, None, None
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                provider.get(self)

            def do_POST(self):
                provider.post(self)

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()

    def as_usual(self):
        self.claims, self.signer, self.answer = {}, None, None

    def get(self, request):
        path = urllib.parse.urlsplit(request.path).path
        if path == "/.well-known/openid-configuration":
            self.say(request, 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize?tenant=one",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            })
        elif path == "/keys":
            self.say(request, 200, {"keys": [signer.jwk() for signer in self.signers.values()]})
        else:
            self.say(request, 404, {})

    def sign_in(self, address):
        """What the customer's browser does: the query with which the customer comes back."""
        assert address.startswith(f"{self.issuer}/authorize?tenant=one&"), address
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        assert asked["client_id"] in self.clients and asked["response_type"] == "code", asked
        assert asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split(), asked
        code = secrets.token_urlsafe(24)
        self.codes[code] = asked
        return {"state": asked["state"], "code": code, "back": asked["redirect_uri"]}

    def post(self, request):
        body = request.rfile.read(int(request.headers["content-length"])).decode()
        form = dict(urllib.parse.parse_qsl(body))
        if self.answer is not None:
            return self.say(request, *self.answer)
        asked = self.codes.pop(form.get("code"), None)
        if asked is None or form.get("grant_type") != "authorization_code":
            return self.say(request, 400, {"error": "invalid_grant"})
        proof = encoded(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if proof != asked["code_challenge"] or form.get("redirect_uri") != asked["redirect_uri"]:
            return self.say(request, 400, {"error": "invalid_grant"})
        if not self.is_client(request, form, asked["client_id"]):
            return self.say(request, 401, {"error": "invalid_client"})
        self.used.append(form)
        claims = {"iss": self.issuer, "aud": asked["client_id"], "sub": "cora-1", "nonce": asked["nonce"],
                  "iat": int(time.time()), "exp": int(time.time()) + 300, "given_name": "Cornelia"} | self.claims
        signer = self.signer or self.signers["ES256" if self.clients[asked["client_id"]] else "RS256"]
        token = signer.sign({name: value for name, value in claims.items() if value is not None})
        return self.say(request, 200, {"access_token": "x", "token_type": "Bearer", "id_token": token})

    def is_client(self, request, form, client):
        secret = self.clients[client]
        if secret is None:
            return form.get("client_id") == client and "authorization" not in request.headers
        pair = f"{client}:{urllib.parse.quote_plus(secret)}".encode()
        return request.headers["authorization"] == f"Basic {base64.b64encode(pair).decode()}"

    def say(self, request, status, body):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request.send_response(status)
        request.send_header("content-type", "application/json")
        request.send_header("content-length", str(len(data)))
        request.end_headers()
        try:
            request.wfile.write(data)
        except BrokenPipeError:
            pass  # the server has read enough
