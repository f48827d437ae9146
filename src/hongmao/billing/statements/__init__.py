"""账单 of a month for whoever has a part in the money: drawn from sums by day, closed with the books, never changed after."""
