"""What firewall objects can do beyond their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from nbcore import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbcore import RecordSet

MATCHES = (
    "source_users",
    "source_user_groups",
    "source_addresses",
    "source_address_groups",
    "source_services",
    "source_service_groups",
    "destination_addresses",
    "destination_address_groups",
    "destination_services",
    "destination_service_groups",
    "applications",
    "application_groups",
)
NAT_MATCHES = tuple(
    f"{when}_{side}_{what}"
    for side in ("source", "destination")
    for when in ("original", "translated")
    for what in ("addresses", "address_groups", "services", "service_groups")
)


class _Policy(Record):
    """An ordered list of rules."""

    __slots__ = ()

    _rules: ClassVar[tuple[str, str]]
    _matches: ClassVar[tuple[str, ...]]

    @property
    def rules(self) -> RecordSet:
        """Its rules in their order, with what they match."""
        slug, filter_name = self._rules
        return self.api.endpoint(f"plugins/firewall/{slug}").filter(**{filter_name: self.id, "exclude_m2m": False})

    def details(self) -> list[dict[str, Any]]:
        """Its rules in their order as plain rows, related objects by their display names (one read, whatever the number of rules)."""
        return [_row(rule, self._matches) for rule in self.rules.filter(depth=1)]


def _row(rule: Record, matches: tuple[str, ...]) -> dict[str, Any]:
    row = {name: rule[name] for name in ("index", "name", "action", "remark", "log", "request_id", "description") if name in rule}
    for name in ("status", "source_zone", "destination_zone"):
        row[name] = rule[name]["display"] if rule[name] else None
    for name in matches:
        row[name] = [item["display"] for item in rule[name]]
    return row


class Policy(_Policy):
    """A security policy."""

    __slots__ = ()

    _rules = ("policy-rule", "policies")
    _matches = MATCHES


class NATPolicy(_Policy):
    """A NAT policy."""

    __slots__ = ()

    _rules = ("nat-policy-rule", "nat_policies")
    _matches = NAT_MATCHES


class PolicyRule(Record):
    """A rule of security policies."""

    __slots__ = ()


class NATPolicyRule(Record):
    """A rule of NAT policies."""

    __slots__ = ()


class PolicyDeviceM2M(Record):
    """A security policy on a device, with its weight."""

    __slots__ = ()


class PolicyDynamicGroupM2M(Record):
    """A security policy on the devices of a dynamic group, with its weight."""

    __slots__ = ()


class NATPolicyDeviceM2M(Record):
    """A NAT policy on a device, with its weight."""

    __slots__ = ()


class NATPolicyDynamicGroupM2M(Record):
    """A NAT policy on the devices of a dynamic group, with its weight."""

    __slots__ = ()


class CapircaPolicy(Record):
    """What Capirca makes of a device's policies: `pol`, `net`, `svc` and `cfg` are texts."""

    __slots__ = ()


class AddressObject(Record):
    """A named address: an FQDN, a range, an IP address or a prefix."""

    __slots__ = ()

    @property
    def address(self) -> Record | None:
        """The one of `fqdn`, `ip_range`, `ip_address` and `prefix` that it has."""
        found: Iterator[Record | None] = (getattr(self, name) for name in ("fqdn", "ip_range", "ip_address", "prefix"))
        return next((one for one in found if one is not None), None)


class AddressObjectGroup(Record):
    """Address objects under one name."""

    __slots__ = ()


class ApplicationObject(Record):
    """An application."""

    __slots__ = ()


class ApplicationObjectGroup(Record):
    """Applications under one name."""

    __slots__ = ()


class FQDN(Record):
    """A domain name that a rule matches."""

    __slots__ = ()


class IPRange(Record):
    """A range of IP addresses; `size` is their number."""

    __slots__ = ()


class ServiceObject(Record):
    """A protocol with its port."""

    __slots__ = ()


class ServiceObjectGroup(Record):
    """Services under one name."""

    __slots__ = ()


class UserObject(Record):
    """A user that a rule matches."""

    __slots__ = ()


class UserObjectGroup(Record):
    """Users under one name."""

    __slots__ = ()


class Zone(Record):
    """A zone of a firewall."""

    __slots__ = ()
