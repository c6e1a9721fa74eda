"""Speed as ratios: tieline against bare prototypes, measured in one run on one machine."""
