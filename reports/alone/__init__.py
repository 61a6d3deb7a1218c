"""What a sealed period carries with it: it imports nothing of Sang."""
