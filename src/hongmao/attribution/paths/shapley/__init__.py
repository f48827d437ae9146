"""Shapley 值归因: closed, ordered, rate and sampled games by their names, and leave-one-out, which is none of them."""
