"""The merchant's console and the operations page: for whoever has signed in, one tenant's rows at a time."""
