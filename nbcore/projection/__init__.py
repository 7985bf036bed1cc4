"""Which fields, by which route: values(), values_list() and only() by GraphQL where everything has a counterpart, else by REST."""

from .partial import partial
from .plan import Explanation, Plan, explain, plan
from .rows import rows

__all__ = ["Explanation", "Plan", "explain", "partial", "plan", "rows"]
