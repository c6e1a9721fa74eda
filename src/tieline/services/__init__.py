"""What happens: one verb per function, inside one transaction; emits facts and knows no wire names."""
