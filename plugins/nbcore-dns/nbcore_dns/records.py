"""What DNS objects can do beyond their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from nbcore import Record

if TYPE_CHECKING:
    from nbcore import RecordSet


class DNSView(Record):
    """A view: one set of answers, for the clients of some prefixes."""

    __slots__ = ()

    @property
    def zones(self) -> RecordSet:
        """The zones of this view."""
        return self.api.endpoint("plugins/dns/dns-zones").filter(dns_view=self.id)


class DNSViewPrefixAssignment(Record):
    """A prefix whose clients see a view."""

    __slots__ = ()


class DNSRegistrar(Record):
    """A registrar. Its `url` is the registrar's own address, not this object's."""

    __slots__ = ()


class DNSRegistration(Record):
    """A zone's registration with a registrar."""

    __slots__ = ()


class DNSZone(Record):
    """A zone."""

    __slots__ = ()

    def records(self, *kinds: str) -> list[Record]:
        """The records of this zone, one request for each type.

        Args:
            *kinds: the types wanted, such as "A", "AAAA"; all eight when left out.

        Raises:
            ValueError: a type that Nautobot does not have.
        """
        wanted = [kind.upper() for kind in kinds] or list(ROUTES)
        if unknown := [kind for kind in wanted if kind not in ROUTES]:
            raise ValueError(f"Nautobot has no DNS records of type {', '.join(unknown)}; it has {', '.join(ROUTES)}")
        return [record for kind in wanted for record in self.api.endpoint(f"plugins/dns/{ROUTES[kind]}").filter(zone=self.id)]


class DNSRecord(Record):
    """A resource record."""

    __slots__ = ()

    kind: ClassVar[str] = ""

    @property
    def fqdn(self) -> str:
        """Its full name, without a dot at the end: "www.example.com"; the zone's own name at the apex."""
        name, zone = str(self.name).removesuffix("."), str(self.zone.name)
        if name in ("", "@", zone):
            return zone
        return name if name.endswith(f".{zone}") else f"{name}.{zone}"

    @property
    def rdata(self) -> str:
        """What the record says, as text; names are as they are stored."""
        raise NotImplementedError


class ARecord(DNSRecord):
    """A name's IPv4 address."""

    __slots__ = ()

    kind = "A"

    @property
    def rdata(self) -> str:
        """The address, without a mask."""
        return str(self.ip_address.host)


class AAAARecord(ARecord):
    """A name's IPv6 address."""

    __slots__ = ()

    kind = "AAAA"


class CNAMERecord(DNSRecord):
    """Another name of a host."""

    __slots__ = ()

    kind = "CNAME"

    @property
    def rdata(self) -> str:
        """The name it stands for."""
        return str(self.alias)


class MXRecord(DNSRecord):
    """A mail server of a name."""

    __slots__ = ()

    kind = "MX"

    @property
    def rdata(self) -> str:
        """Preference and mail server."""
        return f"{self.preference} {self.mail_server}"


class NSRecord(DNSRecord):
    """A name server of a name."""

    __slots__ = ()

    kind = "NS"

    @property
    def rdata(self) -> str:
        """The name server."""
        return str(self.server)


class PTRRecord(DNSRecord):
    """The name of an address."""

    __slots__ = ()

    kind = "PTR"

    @property
    def rdata(self) -> str:
        """The name."""
        return str(self.ptrdname)


class SRVRecord(DNSRecord):
    """Where a service runs."""

    __slots__ = ()

    kind = "SRV"

    @property
    def rdata(self) -> str:
        """Priority, weight, port and target."""
        return f"{self.priority} {self.weight} {self.port} {self.target}"


class TXTRecord(DNSRecord):
    """A text."""

    __slots__ = ()

    kind = "TXT"

    @property
    def rdata(self) -> str:
        """The text, in quotation marks as a zone file has it."""
        escaped = str(self.text).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'


ROUTES = {
    "NS": "ns-records",
    "A": "a-records",
    "AAAA": "aaaa-records",
    "CNAME": "cname-records",
    "MX": "mx-records",
    "TXT": "txt-records",
    "PTR": "ptr-records",
    "SRV": "srv-records",
}
