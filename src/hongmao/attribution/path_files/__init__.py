"""路径 of anybody's files: journeys that are grouped already, or raw events that are grouped here, under every model."""
