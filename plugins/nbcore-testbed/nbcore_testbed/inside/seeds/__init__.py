"""The testbed's data, one module for each part of Nautobot."""
