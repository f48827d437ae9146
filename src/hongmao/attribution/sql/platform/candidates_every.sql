-- grain: one row per (conversion, touch that may have led to it): each act on a showing is a touch
select *, false as shallow
from met
