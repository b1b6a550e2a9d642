"""What is done with a network: saving, describing and drawing it, and assigning its parameters."""
