"""Small pictures of numbers, drawn as SVG on the server: sized by attributes, coloured by classes, never by style."""
