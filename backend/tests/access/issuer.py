"""An identity provider of the tests: keys, their JWKS, and tokens signed with them."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER = "https://idp.example.org/realms/hospital"
AUDIENCE = "cxr-severity"


@dataclass
class Issuer:
    rsa_key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    ec_key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    ec384_key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP384R1())
    )

    def jwks(self) -> str:
        keys = [
            {**RSAAlgorithm.to_jwk(self.rsa_key.public_key(), as_dict=True), "kid": "r"},
            {**ECAlgorithm.to_jwk(self.ec_key.public_key(), as_dict=True), "kid": "e"},
            {**ECAlgorithm.to_jwk(self.ec384_key.public_key(), as_dict=True), "kid": "e384"},
        ]
        return json.dumps({"keys": [{**key, "use": "sig"} for key in keys]})

    def token(
        self,
        algorithm: str = "RS256",
        kid: str | None = None,
        key: str | None = None,
        **claims: Any,
    ) -> str:
        """A token that is accepted, unless a claim here spoils it; None leaves a claim out."""
        now = int(time.time())
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "ris",
            "iat": now,
            "exp": now + 300,
            "scope": "openid predict",
            **claims,
        }
        default_kid, default_key = {
            "ES256": ("e", self.ec_key),
            "ES384": ("e384", self.ec384_key),
        }.get(algorithm, ("r", self.rsa_key))
        return jwt.encode(
            {name: value for name, value in payload.items() if value is not None},
            key if key is not None else default_key,
            algorithm=algorithm,
            headers={"kid": kid or default_kid},
        )
