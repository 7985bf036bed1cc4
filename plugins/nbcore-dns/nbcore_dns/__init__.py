"""nb.dns: Nautobot's DNS models (nautobot-dns-models) in nbcore.

`app` has the routes, `records` what their objects can do, `endpoint` what their lists can.
"""
