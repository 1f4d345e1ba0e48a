"""The API's description as a page: the Swagger UI that Powertools carries, shown our own document.

Imported by the one route that shows it. The page is one file and asks nobody but this API: its two assets stand in it,
and the policy lets no other script, style or address work. That is how it was measured: Chromium reports no violation.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template

CONTENT_TYPE = "text/html; charset=utf-8"

_ASSETS = files("aws_lambda_powertools") / "event_handler" / "openapi" / "swagger_ui"

_POLICY = Template(
    "default-src 'none'; script-src 'nonce-$nonce'; style-src 'nonce-$nonce'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

# validatorUrl: the default sends the address of the document to a third party.
_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>VoceSpace Connect API</title>
<style nonce="$nonce">$style</style>
</head>
<body>
<div id="swagger-ui"></div>
<script nonce="$nonce">$script</script>
<script nonce="$nonce">
SwaggerUIBundle({url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null});
</script>
</body>
</html>
""")


def policy(nonce: str) -> str:
    """The Content-Security-Policy under which a page with this nonce runs."""
    return _POLICY.substitute(nonce=nonce)


def page(nonce: str) -> str:
    """The page; its own script and style carry the nonce."""
    return _PAGE.substitute(nonce=nonce, style=_asset("swagger-ui.min.css"), script=_asset("swagger-ui-bundle.min.js"))


@cache
def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")
