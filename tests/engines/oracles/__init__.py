"""Other readings of Sigma, by other hands, held against ``siemc.evaluate``."""
