"""AWS's list prices in Northern Virginia, in US dollars, without free tiers and discounts, and who says so.

AWS fills in its price pages when they are shown, and a stored copy of one has no figures in it. Where that is so,
somebody else is quoted beside the page that decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

REGION: Final = "us-east-1"
LOOKED_UP: Final = "2026-11-23"

_MILLION: Final = 1e6
_GIGABYTE: Final = 2**30


@dataclass(frozen=True, slots=True)
class Price:
    """A price.

    Attributes:
        dollars: The price of `per` of them.
        per: Of how many.
        what: What is paid for.
        page: AWS's page, which decides.
        quoted: Who was read in its place, and from when that is; empty: AWS itself.
    """

    dollars: float
    per: float
    what: str
    page: str
    quoted: str = ""

    def of(self, amount: float) -> float:
        """What an amount costs, in dollars."""
        return self.dollars * amount / self.per


_LAMBDA = "https://aws.amazon.com/lambda/pricing/"
_CLOUDCHIPR = "https://cloudchipr.com/blog/aws-lambda-pricing (2024)"
_DYNAMODB = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
_AIRBYTE = "https://airbyte.com/data-engineering-resources/dynamodb-pricing (2025-07-21)"
_SQS = "https://aws.amazon.com/sqs/pricing/"
_CLOUDBURN_SQS = "https://cloudburn.io/blog/amazon-sqs-pricing (2026-03-14)"
_EVENTBRIDGE = "https://aws.amazon.com/eventbridge/pricing/"
_CLOUDBURN_EVENTBRIDGE = "https://cloudburn.io/blog/amazon-eventbridge-pricing (2026-03-13)"
_GATEWAY = "https://aws.amazon.com/api-gateway/pricing/"
_GATEWAY_QUOTED = "https://awsforengineers.com/blog/aws-api-gateway-pricing-explained (2025-05-19)"

LAMBDA_REQUEST = Price(
    0.20,
    _MILLION,
    "Lambda, an invocation",
    _LAMBDA,
    "https://git.mcrn.ar/mariano/lambda_local_runner, docs/lambdas-md/lambda-13-cost.md (undated)",
)
LAMBDA_SECOND: Final = {
    "x86_64": Price(0.0000166667, 1, "Lambda, a GB-second on x86_64", _LAMBDA, _CLOUDCHIPR),
    "arm64": Price(0.0000133334, 1, "Lambda, a GB-second on arm64", _LAMBDA, _CLOUDCHIPR),
}
HTTP_API = Price(1.00, _MILLION, "API Gateway, a request of an HTTP API", _GATEWAY, _GATEWAY_QUOTED)
READ_UNIT = Price(0.125, _MILLION, "DynamoDB on demand, a read unit", _DYNAMODB, _AIRBYTE)
WRITE_UNIT = Price(0.625, _MILLION, "DynamoDB on demand, a write unit", _DYNAMODB, _AIRBYTE)
SECRET_CALL = Price(
    0.05,
    10_000,
    "Secrets Manager, a call",
    "https://aws.amazon.com/secrets-manager/pricing/",
    "https://hivebook.wiki/wiki/aws-secrets-manager-rotated-secrets-dynamic-db-credentials-kms (undated)",
)
SQS_STANDARD = Price(0.40, _MILLION, "SQS, a request to a standard queue", _SQS, _CLOUDBURN_SQS)
SQS_FIFO = Price(0.50, _MILLION, "SQS, a request to a FIFO queue", _SQS, _CLOUDBURN_SQS)
EVENT = Price(1.00, _MILLION, "EventBridge, an event of one's own", _EVENTBRIDGE, _CLOUDBURN_EVENTBRIDGE)
SCHEDULE = Price(1.00, _MILLION, "EventBridge Scheduler, a schedule that fires", _EVENTBRIDGE, _CLOUDBURN_EVENTBRIDGE)
MAIL = Price(
    0.10,
    1000,
    "SES, a mail",
    "https://aws.amazon.com/ses/pricing/",
    "https://www.acecloudinterviews.com/tutorials/aws/ses/ (undated)",
)
LOG_BYTE = Price(
    0.50,
    _GIGABYTE,
    "CloudWatch Logs, a GB taken in",
    "https://aws.amazon.com/cloudwatch/pricing/",
    "https://blog.raulnq.com/estimating-observability-costs-in-aws (undated)",
)
TRACE = Price(5.00, _MILLION, "X-Ray, a trace recorded", "https://aws.amazon.com/xray/pricing/")
TRANSFER_BYTE = Price(0.09, _GIGABYTE, "data transfer, a GB to the internet", _GATEWAY, _GATEWAY_QUOTED)

PRICES: Final = (
    LAMBDA_REQUEST,
    *LAMBDA_SECOND.values(),
    HTTP_API,
    READ_UNIT,
    WRITE_UNIT,
    SECRET_CALL,
    SQS_STANDARD,
    SQS_FIFO,
    EVENT,
    SCHEDULE,
    MAIL,
    LOG_BYTE,
    TRACE,
    TRANSFER_BYTE,
)


@dataclass(frozen=True, slots=True)
class Hosted:
    """What somebody else takes for a token.

    Attributes:
        dollars_per_million: The list price of a million of them, fixed fees aside.
        fixed: What comes on top.
    """

    who: str
    dollars_per_million: float
    fixed: str
    source: str


HOSTED: Final = (
    Hosted(
        "Amazon Cognito, tokens for machines, first tier",
        2250.0,
        "$6 a month for each app client",
        "https://cur.vantage-api.com/aws/amazoncognito/user-pools-m2m/cupm2mtokenrequestsfull (2025-04-27); "
        "https://www.rhythmictech.com/blog/the-aws-cognito-m2m-bill-has-come-due-what-you-need-to-know/ (2025-05)",
    ),
)
