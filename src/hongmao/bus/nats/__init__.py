"""The log on a cluster of NATS servers: the stream keeps order and durability, a replica gives offsets."""
