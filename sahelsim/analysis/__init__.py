"""What the results of sweeps and runs say: sensitivity to factors, differences between variants, runs and stores."""
