"""The edge's short way: taps and reported events answered on the connection itself, everything else handed to uvicorn."""
