"""Radio profiles and wireless networks."""

from nautobot.dcim.models import ControllerManagedDeviceGroup
from nautobot.extras.models import SecretsGroup
from nautobot.ipam.models import VLAN
from nautobot.tenancy.models import Tenant
from nautobot.wireless.models import (
    ControllerManagedDeviceGroupRadioProfileAssignment,
    ControllerManagedDeviceGroupWirelessNetworkAssignment,
    RadioProfile,
    SupportedDataRate,
    WirelessNetwork,
)

from seeds.tools import make


def seed():
    group = ControllerManagedDeviceGroup.objects.get(name="Floor 1")
    rates = [make(SupportedDataRate, standard="802.11ax", rate=rate, mcs_index=index) for index, rate in enumerate((8600, 17200, 25800))]
    wide = make(
        RadioProfile, name="Offices", frequency="5GHz", tx_power_min=5, tx_power_max=15, channel_width=[20, 40],
        allowed_channel_list=[36, 40, 44],
        regulatory_domain="NL", rx_power_min=-80, supported_data_rates=rates, tags=["production"],
    )  # fmt: skip
    make(RadioProfile, name="Bare radio", regulatory_domain="US")
    staff = make(
        WirelessNetwork, name="Staff", ssid="staff", mode="Central", authentication="WPA3 Enterprise", hidden=True,
        secrets_group=SecretsGroup.objects.get(name="Device access"), tenant=Tenant.objects.get(name="Acme"), description="For staff",
    )  # fmt: skip
    guests = make(WirelessNetwork, name="Guests", ssid="guests", mode="Bridge", authentication="Open", enabled=False)
    make(ControllerManagedDeviceGroupRadioProfileAssignment, controller_managed_device_group=group, radio_profile=wide)
    for network, vlan in ((staff, VLAN.objects.get(name="users")), (guests, None)):
        make(
            ControllerManagedDeviceGroupWirelessNetworkAssignment,
            controller_managed_device_group=group,
            wireless_network=network,
            vlan=vlan,
        )
