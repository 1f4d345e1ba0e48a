"""An OpenID issuer on loopback: TLS by a CA of its own, discovery, a key set, rotation, faults, and tokens."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from jwt import PyJWS
from jwt.algorithms import Algorithm, ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tests.support.clock import NOW
from tests.support.upstream import LONGER_THAN_ANY_TIMEOUT, LOOPBACK, Answer, answer_json

AUDIENCE = "vocespace"
DISCOVERY = "/.well-known/openid-configuration"
KEYS = "/protocol/openid-connect/certs"

_CURVES: dict[str, ec.EllipticCurve] = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
_SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
_VALID_FOR = dt.timedelta(days=2)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """A key pair of the issuer."""

    kid: str
    alg: str
    private: PrivateKey

    def jwk(self) -> dict[str, Any]:
        """The public half, as the key set has it."""
        public: Any = self.private.public_key()
        return {**_family(self.alg).to_jwk(public, as_dict=True), "kid": self.kid, "alg": self.alg, "use": "sig"}

    def sign(self, payload: bytes, header: dict[str, Any] | None = None) -> str:
        """A token of any payload, with changes to the header; a change to None leaves the member out."""
        return PyJWS().encode(payload, self.private, self.alg, headers={"kid": self.kid, **(header or {})})


@cache
def issuer_key(kid: str = "first", alg: str = "RS256", *, bits: int = 2048) -> IssuerKey:
    """A key pair, the same at every call: making one takes long."""
    if alg == "EdDSA":
        return IssuerKey(kid, alg, ed25519.Ed25519PrivateKey.generate())
    if alg in _CURVES:
        return IssuerKey(kid, alg, ec.generate_private_key(_CURVES[alg]))
    return IssuerKey(kid, alg, rsa.generate_private_key(65537, bits))


def user_claims(issuer: str, now: int = NOW, /, **changes: object) -> dict[str, object]:
    """The claims of a user who is signed in; a change to None leaves the claim out."""
    claims: dict[str, object] = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": "ada",
        "name": "Ada Lovelace",
        "picture": "https://example.com/ada.png",
        "iat": now,
        "exp": now + 300,
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


class OidcIssuer:
    """The issuer. `keys` is what it publishes, and `answer` may replace what it says.

    Attributes:
        url: Its `iss`.
        ca_file: Whom to trust, for SSL_CERT_FILE.
        received: The paths that were asked for.
    """

    def __init__(self, folder: Path, path: str = "/realms/demo") -> None:
        self.ca_file = folder / "ca.pem"
        self._context = server_context(folder, self.ca_file)
        self._server = _Server(self, 0)
        self.port = self._server.server_port
        self._path = path
        self.url = f"https://{LOOPBACK}:{self.port}{path}"
        self.keys = [issuer_key()]
        self.received: list[str] = []
        self.answer: Callable[[str], Answer] = self.usual
        self.stopping = threading.Event()

    def __enter__(self) -> Self:
        """Starts to serve."""
        self._serve()
        return self

    def __exit__(self, *exc: object) -> None:
        """Stops, and lets go of every request that is kept waiting."""
        self.stopping.set()
        self._stop()

    def token(self, key: IssuerKey | None = None, now: int = NOW, /, **changes: object) -> str:
        """A user's token."""
        return (key or self.keys[-1]).sign(json.dumps(user_claims(self.url, now, **changes)).encode())

    def usual(self, path: str) -> Answer:
        """What a healthy issuer says."""
        base = f"https://{LOOPBACK}:{self.port}{self._path.removesuffix('/')}"
        if path == self._path.removesuffix("/") + DISCOVERY:
            return answer_json(
                200, {"issuer": self.url, "jwks_uri": base + KEYS, "subject_types_supported": ["public"]}
            )
        if path == self._path.removesuffix("/") + KEYS:
            return answer_json(200, {"keys": [key.jwk() for key in self.keys]})
        return answer_json(404, {})

    def silent(self, _: str) -> Answer:
        """Takes a request and keeps silent."""
        self.stopping.wait(LONGER_THAN_ANY_TIMEOUT)
        return Answer(200)

    def dripping(self, _: str) -> Answer:
        """A byte every fifth of a second, without end."""

        def drops() -> Iterator[bytes]:
            while not self.stopping.wait(0.2):
                yield b" "

        return Answer(200, drops())

    def redirecting(self, path: str) -> Answer:
        """Sends every request on, to where the right answer would be."""
        if path.endswith("/elsewhere"):
            return self.usual(path.removesuffix("/elsewhere"))
        return Answer(302, headers={"Location": f"https://{LOOPBACK}:{self.port}{path}/elsewhere"})

    @contextmanager
    def down(self) -> Iterator[None]:
        """Refuses connections for a while; the port stays ours, so nobody else can answer on it."""
        self._stop()
        try:
            with socket.socket() as placeholder:
                placeholder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                placeholder.bind((LOOPBACK, self.port))
                yield
        finally:
            self._server = _Server(self, self.port)
            self._serve()

    def wrapped(self, connection: socket.socket) -> ssl.SSLSocket:
        """A connection within TLS; its handshake is left to whoever answers it."""
        return self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)

    def _serve(self) -> None:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def _stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def renamed(key: IssuerKey, kid: str) -> IssuerKey:
    """The same key pair under another name."""
    return replace(key, kid=kid)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, issuer: OidcIssuer, port: int) -> None:
        self.issuer = issuer
        super().__init__((LOOPBACK, port), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accepts a connection."""
        connection, address = super().get_request()
        return self.issuer.wrapped(connection), address

    def handle_error(self, *_: object) -> None:
        """Says nothing: a client that does not trust us, or has had enough, is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        issuer = self.server.issuer
        issuer.received.append(self.path)
        answer = issuer.answer(self.path)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        # Without a length the body ends where the connection does, which suits a body in pieces too.
        self.end_headers()
        for piece in [answer.body] if isinstance(answer.body, bytes) else answer.body:
            self.wfile.write(piece)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Says nothing: what was asked is in `received`."""


def _family(alg: str) -> type[Algorithm]:
    return OKPAlgorithm if alg == "EdDSA" else ECAlgorithm if alg in _CURVES else RSAAlgorithm


def server_context(folder: Path, ca_file: Path, host: str | None = None) -> ssl.SSLContext:
    """TLS of a server, for a host by its name or for loopback; the certificate of the CA is written to a file."""
    name = x509.IPAddress(ipaddress.ip_address(LOOPBACK)) if host is None else x509.DNSName(host)
    ca_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA of the tests")])
    ca = (
        _certificate(ca_name, ca_key, ca_name, ca_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_SIGNS_CERTIFICATES, critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    certificate = (
        _certificate(x509.Name([]), server_key, ca_name, ca_key)
        .add_extension(x509.SubjectAlternativeName([name]), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    chain = folder / "server.pem"
    chain.write_bytes(
        server_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context


def _certificate(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, by: x509.Name, signer: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    # With the key identifiers that Python 3.13 insists on.
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _VALID_FOR)
        .not_valid_after(now + _VALID_FOR)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
