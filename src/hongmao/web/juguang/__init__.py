"""The market's own API, served by this house under `/api/open`: a program written for 聚光 can talk to Hongmao."""
