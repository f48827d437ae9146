"""What every storey stands on: money in fen, time windows, typed ids, clocks, errors, fingerprints. Imports nothing of ours."""
