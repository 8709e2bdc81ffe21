"""What things are and the rules that they keep: pure, no side effects."""
