"""nb.firewall: Nautobot's firewall models (nautobot-firewall-models) in nbcore.

`app` has the routes, `records` what their objects can do.
"""
