"""路径归因: what every model says of the paths that readers took, from counts alone; pure computation, no files."""
