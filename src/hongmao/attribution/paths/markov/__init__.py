"""马尔可夫归因: chains of order 1 to 4 over paths, removal effects solved exactly; credit by what removing a channel loses."""
