"""建计划: the forms in which campaigns, units and creatives are made, changed and copied, and charging is agreed."""
