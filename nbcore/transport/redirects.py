"""Where a redirect leads: only reads follow one, and only within the origin, so that the token goes nowhere else."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from ..errors import RedirectError, describe
from ..messages import Call, Reply
from .token import origin

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST = 5  # redirects in a row


def target_of(call: Call, url: str, reply: Reply) -> str:
    """The address that a redirect leads to.

    Args:
        call: what was sent.
        url: the address that it was sent to.
        reply: the redirect.

    Raises:
        RedirectError: the call is a write, or the address is of another origin.
    """
    target = urljoin(url, reply.header("location") or "")
    asked, leads = urlsplit(url), urlsplit(target)
    where = f"{leads.scheme}://{leads.netloc}"
    if call.method not in ("GET", "HEAD", "OPTIONS"):
        slash = target == f"{url}/"
        advice = f"write its path with a slash at the end ({call.path}/)" if slash else f"set url to where the server redirects ({where})"
        raise RedirectError(
            f"{describe(call)} to {url} was redirected ({reply.status}) to {target}: nothing was written. "
            f"A redirected write would lose its body; {advice}.",
            call,
            reply,
        )
    if origin(target) != origin(url):
        raise RedirectError(
            f"{describe(call)} to {url} was redirected ({reply.status}) to another origin, {target}; the token does not go there. "
            f"If that is your Nautobot, set url={where!r}.",
            call,
            reply,
        )
    return target if leads.query or not asked.query else f"{target}?{asked.query}"
