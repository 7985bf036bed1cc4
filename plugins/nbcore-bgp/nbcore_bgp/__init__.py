"""nb.bgp: Nautobot's BGP models (nautobot-bgp-models) in nbcore.

`app` has the routes, `records` what their objects can do, `hooks` what devices gain. Nothing is imported here, so that an Api costs
no more for this package being installed: `app` is imported at the first use of `nb.bgp`.
"""
